"""The words of a message: its templates in the customer's language, filled with what its order says."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from flask import render_template

from cxweb.company.rules import CompanySettings
from cxweb.core.i18n import known, language, speaking
from cxweb.core.senders.protocol import Message, one_line
from cxweb.orders.rules import first_name
from cxweb.surveys.rules import Survey, filled

# The 7-bit alphabet of SMS has none of these; one of them would cut every segment from 160 characters to 70.
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})


@dataclass(frozen=True)
class MessageFacts:
    """What making a message takes of its row and its order. `invites`: it asks for a rating; `wording_id`: of its
    texts, None for the product's own."""

    dedupe_key: str
    kind: str
    channel: str
    recipient: str
    invites: bool
    wording_id: int | None
    # The customer's language tag, if known.
    language: str | None
    order_ref: str
    order_channel: str
    token: str
    driver_name: str | None
    completed_at: datetime | None
    # The depot's time zone, where it has its own.
    timezone: str | None


@dataclass(frozen=True)
class Shown:
    """What the templates of a message may show."""

    company: str
    ref: str
    channel: str
    driver: str
    completed_at: datetime | None
    zone: ZoneInfo
    question: str
    link: str


def build(facts: MessageFacts, company: CompanySettings, survey: Survey, base_url: str) -> Message:
    """The message in the customer's language, else the company's."""
    folder = f"messages/{facts.kind.replace('-', '_')}"
    with speaking(known(facts.language) or company.company_language):
        shown = _shown(facts, company, survey, base_url)
        if facts.channel == "sms":
            subject, text, html = "", plain(render_template(f"{folder}/sms.txt", message=shown)), None
        else:
            subject, text, html = _mail(folder, shown)
        return Message(
            ref=facts.dedupe_key,
            channel=facts.channel,
            recipient=facts.recipient,
            from_name=company.shown_name,
            subject=subject,
            text=text,
            html=html,
            language=language(),
            opt_out_link=f"{base_url}/u/{facts.token}",
        )


def plain(text: str) -> str:
    """The text of an SMS on one line, its typographic characters as the 7-bit alphabet writes them."""
    return one_line("".join(" " if unicodedata.category(c) == "Zs" else c for c in text.translate(PLAIN)))


def _shown(facts: MessageFacts, company: CompanySettings, survey: Survey, base_url: str) -> Shown:
    return Shown(
        company=company.shown_name,
        ref=facts.order_ref,
        channel=facts.order_channel,
        driver=one_line(first_name(facts.driver_name or "")),
        completed_at=facts.completed_at,
        zone=ZoneInfo(facts.timezone) if facts.timezone else company.zone,
        question=filled(survey.text(language()).question, company.shown_name),
        link=f"{base_url}/t/{facts.token}",
    )


def _mail(folder: str, shown: Shown) -> tuple[str, str, str]:
    """Subject, text and HTML. What happened is said once, and escaped where it enters the HTML."""
    subject = one_line(render_template(f"{folder}/subject.txt", message=shown))
    what = one_line(render_template(f"{folder}/what.txt", message=shown))
    text = render_template(f"{folder}/body.txt", message=shown, what=what)
    html = render_template(f"{folder}/body.html", message=shown, what=what, subject=subject)
    return subject, text.strip() + "\n", _inliner().inline(html)


@cache
def _inliner() -> CSSInliner:
    # Rules under @media cannot be inlined: they stay in the head, for readers that know the dark.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
