"""The words of the mail that tells an administrator of an endpoint that was switched off because it kept failing."""

from flask import render_template

from cxweb.company.rules import CompanySettings
from cxweb.core.i18n import known, language, speaking
from cxweb.core.senders.protocol import Message, one_line
from cxweb.webhooks.models import WebhookEndpoint


def given_up(
    endpoint: WebhookEndpoint, recipient: str, speaks: str | None, company: CompanySettings, base_url: str
) -> Message:
    """The mail in the reader's language, else the company's. It names no address, which may hold a secret."""
    with speaking(known(speaks) or company.company_language):
        link = f"{base_url}/admin/webhooks/{endpoint.id}"
        values = {"endpoint": endpoint, "company": company.shown_name, "link": link}
        return Message(
            ref=f"webhook-given-up:{endpoint.id}:{endpoint.disabled_at}:{recipient}",
            channel="email",
            recipient=recipient,
            from_name=company.shown_name,
            subject=one_line(render_template("messages/webhook_given_up/subject.txt", **values)),
            text=render_template("messages/webhook_given_up/body.txt", **values).strip() + "\n",
            html=None,
            language=language(),
        )
