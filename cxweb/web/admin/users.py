"""Users: who has an account, an invitation for somebody new, and what becomes of an account."""

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import open_links, people, person_of
from cxweb.actions.change_settings import change_settings
from cxweb.actions.change_user import CannotChangeOneself, change_user
from cxweb.actions.invite_user import EmailTaken, InvalidUser, UnknownDepot, invite_user
from cxweb.company.queries import settings_now
from cxweb.company.rules import InvalidCompanySetting
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.orders.rules import OutsidePerimeter
from cxweb.web.admin.user_form import CHOOSE, InvitationForm, UserForm
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
    return _form(InvitationForm())


def create() -> ResponseReturnValue:
    form = InvitationForm()
    if not form.validate():
        return _form(form), 422
    try:
        depot = form.depot.data or None
        values = {"name": form.name.data, "depot": depot, "read_only": form.read_only.data}
        secret = invite_user(form.email.data or "", form.role.data or "", me(), **values)
    except InvalidUser as refusal:
        said = gettext("Write a whole e-mail address, such as name@example.com.")
        form[refusal.field].errors = [said if refusal.field == "email" else CHOOSE]
        return _form(form), 422
    except EmailTaken:
        form.email.errors = [gettext("There is an account with this address already.")]
        return _form(form), 422
    except (UnknownDepot, OutsidePerimeter):
        abort(404)
    return link_made(secret, form.name.data)


def edit(user_id: int) -> ResponseReturnValue:
    user = person_of(user_id, me().perimeter)
    depot = user.depot.ref if user.depot else ""
    return _form(
        UserForm(data={"name": user.name, "role": user.role, "depot": depot, "read_only": user.read_only}), user_id
    )


def update(user_id: int) -> ResponseReturnValue:
    form = UserForm()
    person_of(user_id, me().perimeter)
    if not form.validate():
        return _form(form, user_id), 422
    values = {"name": form.name.data, "depot": form.depot.data or None, "read_only": form.read_only.data}
    try:
        change_user(user_id, form.role.data or "", me(), **values)
    except InvalidUser:
        form.role.errors = [CHOOSE]
        return _form(form, user_id), 422
    except CannotChangeOneself:
        form.role.errors = [gettext("Your own role and perimeter are for another admin to change.")]
        return _form(form, user_id), 422
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


def _form(form: UserForm, user_id: int | None = None) -> str:
    form.offer(me())
    user = person_of(user_id, me().perimeter) if user_id is not None else None
    links = open_links([user.id], clock.now()) if user else {}
    return render(
        "admin/user.html",
        form=form,
        user=user,
        link=links.get(user.id) if user else None,
        own=user is not None and user.id == me().id,
        zone=settings_now().zone,
        now=clock.now(),
    )
