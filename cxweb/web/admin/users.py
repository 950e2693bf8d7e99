"""Users: who has an account, an invitation for somebody new, and what becomes of an account."""

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import is_administered, open_links, people, person_of
from cxweb.accounts.rules import Grant
from cxweb.actions.change_settings import change_settings
from cxweb.actions.change_user import CannotChangeOneself, change_user
from cxweb.actions.invite_user import EmailTaken, InvalidUser, UnknownDepot, invite_user
from cxweb.company.queries import settings_now
from cxweb.company.rules import InvalidCompanySetting
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.orders.rules import OutsidePerimeter
from cxweb.web.admin.user_form import CHOOSE, InvitationForm, UserForm, asked_parts, offered_parts, parts_of
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/users"
LIMITS = ("accounts.second_step", "sessions.idle_minutes", "sessions.hours")


def index() -> ResponseReturnValue:
    return _list()


def update_settings() -> ResponseReturnValue:
    changes = {key: request.form.get(key, "").strip() for key in LIMITS}
    try:
        change_settings(changes, me())
    except InvalidCompanySetting:
        return _list(gettext("Nothing was stored yet: write whole numbers within the limits given.")), 422
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(HERE, 303)


def new() -> ResponseReturnValue:
    return _form(InvitationForm(), [])


def create() -> ResponseReturnValue:
    form, parts = InvitationForm(), asked_parts()
    if "more" in request.form:
        return _form(form, parts)
    if not form.validate():
        return _form(form, parts), 422
    try:
        secret = invite_user(form.email.data or "", form.role.data or "", me(), name=form.name.data, parts=parts)
    except InvalidUser as refusal:
        return _refused(form, parts, refusal), 422
    except EmailTaken:
        form.email.errors = [gettext("There is an account with this address already.")]
        return _form(form, parts), 422
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    return link_made(secret, form.name.data)


def edit(user_id: int) -> ResponseReturnValue:
    user = person_of(user_id, me().perimeter)
    return _form(UserForm(data={"name": user.name, "role": user.role}), parts_of(user), user_id)


def update(user_id: int) -> ResponseReturnValue:
    form, parts = UserForm(), asked_parts()
    person_of(user_id, me().perimeter)
    if "more" in request.form:
        return _form(form, parts, user_id)
    if not form.validate():
        return _form(form, parts, user_id), 422
    try:
        change_user(user_id, form.role.data or "", me(), name=form.name.data, parts=parts)
    except InvalidUser as refusal:
        return _refused(form, parts, refusal, user_id), 422
    except CannotChangeOneself:
        form.role.errors = [gettext("Your own role and perimeter are for another admin to change.")]
        return _form(form, parts, user_id), 422
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(HERE, 303)


def link_made(secret: str, name: str) -> ResponseReturnValue:
    """Back to the list; where no mail leaves this machine, with the address to hand over."""
    if current_app.config["CXWEB"].smtp_url:
        flash(gettext("A mail is on its way to %(name)s.") % {"name": name}, "done")
        return redirect(HERE, 303)
    return _list(made=f"{current_app.config['CXWEB'].base_url}/password/{secret}", made_for=name)


def _list(problem: str = "", made: str = "", made_for: str = "") -> str:
    rows, company = people(me().perimeter), settings_now()
    return render(
        "admin/users.html",
        people=rows,
        links=open_links((row.id for row in rows), clock.now()),
        company=company,
        problem=problem,
        made=made,
        made_for=made_for,
        zone=company.zone,
        now=clock.now(),
    )


def _refused(form: UserForm, parts: list[Grant], refusal: InvalidUser, user_id: int | None = None) -> str:
    if refusal.field == "parts":
        return _form(form, parts, user_id, gettext("Choose at least one part of the company."))
    said = gettext("Write a whole e-mail address, such as name@example.com.")
    form[refusal.field].errors = [said if refusal.field == "email" else CHOOSE]
    return _form(form, parts, user_id)


def _form(form: UserForm, parts: list[Grant], user_id: int | None = None, problem: str = "") -> str:
    form.offer()
    user = person_of(user_id, me().perimeter) if user_id is not None else None
    links = open_links([user.id], clock.now()) if user else {}
    return render(
        "admin/user.html",
        form=form,
        parts=parts,
        offered=offered_parts(me()),
        problem=problem,
        user=user,
        acts=user is None or is_administered(user.id, me().perimeter),
        link=links.get(user.id) if user else None,
        own=user is not None and user.id == me().id,
        zone=settings_now().zone,
        now=clock.now(),
    )
