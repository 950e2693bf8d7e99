"""Settings › Messages: which messages go out and when, through which gateway, and the way to their texts."""

from urllib.parse import urlsplit

from flask import current_app, flash, redirect
from flask.typing import ResponseReturnValue

from cxweb.actions.change_settings import change_settings
from cxweb.company.queries import settings_now
from cxweb.core.i18n import gettext, language
from cxweb.web.admin.settings_messages_form import MessagesForm, stored
from cxweb.web.admin.settings_messages_words import TEXT_KINDS
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.wordings.queries import current_wording_id, texts_of
from cxweb.wordings.rules import CHANNELS, KINDS

HERE = "/admin/settings/messages"
# What a gateway is called by the scheme of its address.
GATEWAYS = {
    "smtp": "SMTP",
    "smtps": "SMTP",
    "https+json": "HTTPS",
    "http+json": "HTTP",
    "twilio": "Twilio",
    "twilio+http": "Twilio",
    "smpp": "SMPP",
    "smpps": "SMPP",
}


def edit() -> ResponseReturnValue:
    return _page(MessagesForm(data=stored(settings_now())))


def update() -> ResponseReturnValue:
    form = MessagesForm()
    if not form.validate():
        return _page(form), 422
    change_settings(form.changes(), me())
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(HERE, 303)


def gateway_name(url: str) -> str:
    """A gateway by its kind and host, without what signs in there; empty where none is set."""
    parts = urlsplit(url)
    return f"{GATEWAYS.get(parts.scheme, parts.scheme.upper())}, {parts.hostname}" if url else ""


def _page(form: MessagesForm) -> str:
    form.offer()
    process, company = current_app.config["CXWEB"], settings_now()
    reworded = texts_of(current_wording_id())
    return render(
        "admin/settings/messages.html",
        form=form,
        company=company,
        gateways={"email": gateway_name(process.smtp_url), "sms": gateway_name(process.sms_url)},
        kinds=[(kind, TEXT_KINDS[kind]) for kind in KINDS],
        channels=CHANNELS,
        own={(slot.kind, slot.channel) for slot in reworded},
        shown=language(),
    )
