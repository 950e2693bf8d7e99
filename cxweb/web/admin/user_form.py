"""The form of an account: who it is, what they may do, and which parts of the company they see and act on."""

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from cxweb.accounts.models import User
from cxweb.accounts.rules import Grant, Staff
from cxweb.core.i18n import gettext, lazy
from cxweb.web.admin.depot_choices import depot_choices
from cxweb.web.admin.new_order_form import TOO_LONG, plain
from cxweb.web.words import ROLES

CHOOSE = lazy("Choose one of the list.")
# What a form says for the whole company: no depot can be called so.
COMPANY = "*"
# Nobody fills in more; a body may be longer.
MOST_PARTS = 200


class UserForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    name = StringField(
        lazy("Name"),
        [DataRequired(lazy("Write the person’s name.")), Length(max=80, message=TOO_LONG)],
        filters=[plain],
    )
    role = SelectField(lazy("Role"), validate_choice=False, default="reader")

    def offer(self) -> None:
        self.role.choices = [SelectChoice(value=role, label=gettext(word)) for role, word in ROLES.items()]


class InvitationForm(UserForm):
    email = StringField(lazy("E-mail address"), [Length(max=254, message=TOO_LONG)], filters=[plain])


def asked_parts() -> list[Grant]:
    """The parts as they came in, without rows that name none."""
    depots, acting = request.form.getlist("depot"), request.form.getlist("acting")
    rows = zip(depots[:MOST_PARTS], acting, strict=False)
    return [Grant(None if depot == COMPANY else depot, acts == "on") for depot, acts in rows if depot]


def parts_of(user: User) -> list[Grant]:
    """The parts as they are stored."""
    return [Grant(part.depot.ref if part.depot else None, part.acting) for part in user.branches]


def offered_parts(by: Staff) -> list[tuple[str, str]]:
    """What somebody may give: what they act on themselves."""
    reach = by.perimeter.reach
    whole = [(COMPANY, gettext("the whole company"))] if reach.whole else []
    return whole + depot_choices(reach)
