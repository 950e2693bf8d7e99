"""My second step: set up with an app, its recovery codes, and turned off."""

import segno
from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from cxweb.accounts.queries import recovery_codes_left, totp_secret_of
from cxweb.accounts.rules import network_of
from cxweb.actions.begin_totp import begin_totp
from cxweb.actions.confirm_totp import confirm_totp
from cxweb.actions.drop_totp import TooManyAttempts, drop_totp
from cxweb.actions.renew_recovery_codes import renew_recovery_codes
from cxweb.company.queries import settings
from cxweb.core import totp
from cxweb.core.i18n import gettext, lazy
from cxweb.web.admin.login import wait_words
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/account/totp"
LONGEST_CODE = 100
WRONG = lazy("This code does not fit, or was used before. Wait for the next one and type it in.")


def show() -> ResponseReturnValue:
    return _page()


def begin() -> ResponseReturnValue:
    try:
        begun = begin_totp(request.form.get("password", ""), me(), network_of(request.remote_addr or ""))
    except TooManyAttempts as refusal:
        return _page(wait_words(refusal.until)), 429
    return redirect(HERE, 303) if begun else (_page(gettext("This is not your current password.")), 422)


def confirm() -> ResponseReturnValue:
    codes = confirm_totp(_code(), me())
    return _codes(codes) if codes else (_page(gettext(WRONG)), 422)


def renew() -> ResponseReturnValue:
    try:
        codes = renew_recovery_codes(_code(), me(), network_of(request.remote_addr or ""))
    except TooManyAttempts as refusal:
        return _page(wait_words(refusal.until)), 429
    return _codes(codes) if codes else (_page(gettext(WRONG)), 422)


def drop() -> ResponseReturnValue:
    try:
        dropped = drop_totp(_code(), me(), network_of(request.remote_addr or ""))
    except TooManyAttempts as refusal:
        return _page(wait_words(refusal.until)), 429
    if not dropped:
        return _page(gettext(WRONG)), 422
    flash(gettext("The second step is off. Your password alone opens your account."), "done")
    return redirect("/admin/account", 303)


def _code() -> str:
    return request.form.get("code", "")[:LONGEST_CODE]


def _codes(codes: list[str]) -> str:
    return render("admin/account_codes.html", codes=codes)


def _page(problem: str = "") -> str:
    person, company = me(), settings()
    secret = None if person.has_totp else totp_secret_of(person.id)
    address = totp.address(secret, person.email, company.shown_name) if secret else ""
    return render(
        "admin/account_totp.html",
        secret=secret,
        # Black on white whatever the page's colours: that is what cameras read.
        picture=Markup(segno.make(address).svg_inline(scale=4, light="#fff")) if secret else "",  # noqa: S704 - drawn here
        must=person.needs_second_step(company.accounts_second_step),
        codes_left=recovery_codes_left(person.id) if person.has_totp else 0,
        problem=problem,
    )
