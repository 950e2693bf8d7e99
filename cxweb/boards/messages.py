"""The words of an alert to a dispatcher: that an order was rated low, and where to look; never who drove."""

from dataclasses import dataclass

from flask import render_template

from cxweb.company.rules import CompanySettings
from cxweb.core.i18n import known, language, speaking
from cxweb.core.senders.protocol import Message, one_line


@dataclass(frozen=True)
class AlertFacts:
    """What an alert takes of its row: the order's id and ref, the stars, and who reads it in which language."""

    ref: str
    recipient: str
    language: str | None
    order_id: int
    order_ref: str
    stars: int


def low_rating(facts: AlertFacts, company: CompanySettings, base_url: str) -> Message:
    """The alert in the reader's language, else the company's. What the customer wrote stays on the page."""
    with speaking(known(facts.language) or company.company_language):
        link = f"{base_url}/admin/orders/{facts.order_id}"
        values = {"facts": facts, "company": company.shown_name, "link": link}
        return Message(
            ref=facts.ref,
            channel="email",
            recipient=facts.recipient,
            from_name=company.shown_name,
            subject=one_line(render_template("messages/low_rating/subject.txt", **values)),
            text=render_template("messages/low_rating/body.txt", **values).strip() + "\n",
            html=None,
            language=language(),
        )
