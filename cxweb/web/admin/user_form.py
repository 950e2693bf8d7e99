"""The form of an account: who it is, what they may do, and which part of the company they see."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from cxweb.accounts.queries import depots_of
from cxweb.accounts.rules import Staff
from cxweb.core.i18n import gettext, lazy
from cxweb.web.admin.new_order_form import TOO_LONG, plain
from cxweb.web.words import ROLES

CHOOSE = lazy("Choose one of the list.")


class UserForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    name = StringField(
        lazy("Name"),
        [DataRequired(lazy("Write the person’s name.")), Length(max=80, message=TOO_LONG)],
        filters=[plain],
    )
    role = SelectField(lazy("Role"), validate_choice=False, default="reader")
    depot = SelectField(lazy("Sees"), validate_choice=False)
    read_only = BooleanField(lazy("Read-only"))

    def offer(self, by: Staff) -> None:
        """The roles, and the depots somebody may give: those they see themselves."""
        self.role.choices = [SelectChoice(value=role, label=gettext(word)) for role, word in ROLES.items()]
        whole = [SelectChoice(value="", label=gettext("the whole company"))] if by.perimeter.whole else []
        self.depot.choices = whole + [
            SelectChoice(value=depot.ref, label=depot.name) for depot in depots_of(by.perimeter)
        ]


class InvitationForm(UserForm):
    email = StringField(lazy("E-mail address"), [Length(max=254, message=TOO_LONG)], filters=[plain])
