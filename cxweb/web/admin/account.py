"""My account: language, password, second step, and where one is signed in."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.passkeys import passkeys_of
from cxweb.accounts.passwords import WEAKNESSES
from cxweb.accounts.queries import recovery_codes_left, sessions_of
from cxweb.actions.change_password import CannotChangePassword, TooManyAttempts, change_password
from cxweb.actions.end_sessions import end_sessions
from cxweb.company.queries import settings
from cxweb.core import clock, tokens
from cxweb.core.i18n import gettext, ngettext
from cxweb.web import session
from cxweb.web.admin.browser import browser_words
from cxweb.web.admin.login import here, wait_words
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/account"


def show() -> ResponseReturnValue:
    return _page()


def update_password() -> ResponseReturnValue:
    form = request.form
    try:
        token = change_password(form.get("current", ""), form.get("password", ""), me(), *here())
    except CannotChangePassword as refusal:
        wrong = gettext("This is not your current password.")
        return _page({refusal.field: gettext(WEAKNESSES[refusal.why]) if refusal.why else wrong}), 422
    except TooManyAttempts as refusal:
        return _page({"current": wait_words(refusal.until)}), 429
    session.begin(token)
    flash(gettext("Your password is changed. Wherever else you were signed in, you are not any more."), "done")
    return redirect(HERE, 303)


def end() -> ResponseReturnValue:
    ended = end_sessions(me(), session.token_of(), request.form.get("session", ""))
    text = ngettext("%(n)s session is ended.", "%(n)s sessions are ended.", ended) % {"n": ended}
    flash(text if ended else gettext("There was no other session to end."), "done")
    return redirect(HERE, 303)


def _page(problems: dict[str, str] | None = None) -> str:
    person, now = me(), clock.now()
    return render(
        "admin/account.html",
        problems=problems or {},
        codes_left=recovery_codes_left(person.id),
        sessions=[(row, browser_words(row.agent)) for row in sessions_of(person.id, now, session.idle())],
        mine=tokens.digest(session.token_of()),
        passkeys=passkeys_of(person.id),
        must=person.needs_second_step(settings().accounts_second_step),
        zone=settings().zone,
        now=now,
    )
