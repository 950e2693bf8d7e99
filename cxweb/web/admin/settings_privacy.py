"""Settings › Privacy: how long data is kept, what would go tonight, and the notice for customers."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.edit_notice import InvalidNotice, edit_notice
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.i18n import gettext, lazy
from cxweb.privacy.queries import last_night, last_removal, notice, preview, terms_now
from cxweb.privacy.rules import LONGEST_NOTICE
from cxweb.web.admin.plain_settings import OUT_OF_BOUNDS, save, stored
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import LANGUAGES

HERE = "/admin/settings/privacy"
NUMBERS = ("retention.contact_days", "retention.words_months", "retention.logs_months")
PARTS = {
    "contact.customer": lazy("customers’ e-mail addresses and phone numbers"),
    "contact.order": lazy("streets and house numbers"),
    "contact.notification": lazy("where messages were sent to"),
    "contact.mailbox_message": lazy("messages in the local mailbox"),
    "contact.opt_out": lazy("contacts on the list of those that get no messages; they still get none"),
    "words.customer": lazy("customers’ names and numbers"),
    "words.order": lazy("towns, and reasons of orders"),
    "words.status_change": lazy("reasons in orders’ histories"),
    "words.proof": lazy("proofs of delivery"),
    "words.rating": lazy("comments"),
    "words.rating_version": lazy("comments in versions of ratings"),
    "words.phone_rating": lazy("comments given by phone"),
    "words.spam_mark": lazy("reasons of spam marks"),
    "logs.audit_entry": lazy("entries of the audit log"),
    "logs.sign_in_attempt": lazy("failed sign-ins"),
}


def edit() -> ResponseReturnValue:
    return _page({})


def update() -> ResponseReturnValue:
    refused = save(NUMBERS, "drivers.pseudonyms")
    if refused is not None:
        return _page(refused, gettext(OUT_OF_BOUNDS)), 422
    return redirect(HERE, 303)


def update_notice() -> ResponseReturnValue:
    try:
        edit_notice(request.form.get("language", ""), request.form.get("body", ""), me())
    except InvalidNotice:
        return _page({}, gettext("The notice is too long, so nothing was stored.")), 422
    flash(gettext("Saved. Customers read it now."), "done")
    return redirect(f"{HERE}#notice", 303)


def _page(given: dict[str, str], problem: str = "") -> str:
    company, now, last = settings_now(), clock.now(), last_removal()
    tonight = preview(terms_now(now)) if "preview" in request.args else None
    return render(
        "admin/settings/privacy.html",
        values=stored((*NUMBERS, "drivers.pseudonyms")) | given,
        problem=problem,
        tonight=[(_part(f"{found.term}.{found.table}"), found.rows) for found in tonight] if tonight else None,
        last=last,
        removed=[(_part(name), rows) for name, rows in last.details.items() if name != "complete"] if last else [],
        last_night=last_night(),
        own_notices=[(code, name, notice(code) or "") for code, name in LANGUAGES.items()],
        longest=LONGEST_NOTICE,
        zone=company.zone,
    )


def _part(name: str) -> str:
    return gettext(PARTS[name]) if name in PARTS else name
