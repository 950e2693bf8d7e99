"""The words of a message: a text with tags, set once into its layout, then filled with what each order says.

Templates, styles and translations are worked out once for each text; a message itself is one replacement of strings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from flask import current_app, render_template
from markupsafe import Markup, escape

from cxweb.company.rules import CompanySettings
from cxweb.core.i18n import NO_DATA, day, gettext, known, language, lazy, speaking, time
from cxweb.core.senders.protocol import Message, one_line
from cxweb.core.sms import plain
from cxweb.orders.rules import first_name
from cxweb.surveys.rules import COMPANY, Survey
from cxweb.wordings.queries import known_texts
from cxweb.wordings.rules import NOTICE, TAG, TAGS, MessageText, Slot, normal, text_kind

# What stands for a missing driver wherever a company's own text names one.
SOME_DRIVER = lazy("your driver")
# A first name or a number may be of any length where it comes from; a message stays readable.
LONGEST_VALUE = 64
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
# Where a value will stand in a mould: private characters, which no text may hold, survive every step until then.
_MARK = re.compile("\ue000([a-z-]+|Driver)\ue001")
_SENTENCE_STARTS = re.compile(r"(?:\A|[.!?…\n])\s*\Z")


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
class Mould:
    """A text in its layout, as `%` formats that take the values of one message."""

    subject: str
    text: str
    html: str | None

    @cached_property
    def dated(self) -> bool:
        """Whether it says when the order was completed; writing that is most of the work of an SMS."""
        return any("%(date)s" in part for part in (self.subject, self.text))


def build(facts: MessageFacts, company: CompanySettings, survey: Survey, base_url: str) -> Message:
    """The message in the customer's language, else the company's."""
    with speaking(known(facts.language) or company.company_language):
        moulds: dict[tuple[object, ...], Mould] = current_app.extensions.setdefault("cxweb.moulds", {})
        delivery, named = facts.order_channel == "delivery", bool((facts.driver_name or "").strip())
        slot = Slot(text_kind(facts.kind, facts.invites), facts.channel, language())
        key = (facts.wording_id, slot, delivery, named)
        mould = moulds.get(key)
        if mould is None:
            text = known_texts(facts.wording_id).get(slot) or own_text(slot, delivery=delivery, named=named)
            mould = moulds[key] = _mould(text, slot, delivery=delivery)
        return _filled(mould, facts, company, survey, base_url)


def compose(text: MessageText, facts: MessageFacts, company: CompanySettings, survey: Survey, base_url: str) -> Message:
    """The message a text would make that is not stored yet, whatever is wrong with it."""
    with speaking(known(facts.language) or company.company_language):
        slot = Slot(text_kind(facts.kind, facts.invites), facts.channel, language())
        mould = _mould(normal(text, slot.channel), slot, delivery=facts.order_channel == "delivery")
        return _filled(mould, facts, company, survey, base_url)


def own_text(slot: Slot, *, delivery: bool = True, named: bool = True) -> MessageText:
    """The product's own text, which knows deliveries from other orders, and those with a driver from those without."""
    folder = f"messages/{slot.kind.replace('-', '_')}"
    with speaking(slot.language):
        parts = ("subject", "body") if slot.channel == "email" else ("sms",)
        texts = [render_template(f"{folder}/{part}.txt", delivery=delivery, named=named).strip() for part in parts]
    return normal(MessageText(*texts) if slot.channel == "email" else MessageText("", texts[0]), slot.channel)


def _mould(text: MessageText, slot: Slot, *, delivery: bool) -> Mould:
    if slot.channel == "sms":
        return Mould("", _format(_marked(text.body)), None)
    invites = slot.kind != NOTICE
    above, below = _around_the_link(text.body)
    question = [_mark("question")] if invites else []
    act = "\n".join([*question, _mark("link")])
    stop = gettext("Stop these messages:")
    foot = f"{_mark('company')}\n{stop} {_mark('opt-out')}"
    plain_text = "\n\n".join([*map(_marked, above), act, *map(_marked, below), foot]) + "\n"
    html = render_template(
        "messages/layout.html",
        mark=lambda name: Markup(_mark(name)),  # noqa: S704 - a mark of our own
        above=[_html(paragraph) for paragraph in above],
        below=[_html(paragraph) for paragraph in below],
        invites=invites,
        delivery=delivery,
    )
    return Mould(_format(_marked(text.subject)), _format(plain_text), _format(_inliner().inline(html)))


def _around_the_link(body: str) -> tuple[list[str], list[str]]:
    """The paragraphs before and after the one that is nothing but the link: there the question and the button stand."""
    paragraphs = body.split("\n\n")
    place = paragraphs.index("[link]") if "[link]" in paragraphs else len(paragraphs)
    return paragraphs[:place], paragraphs[place + 1 :]


def _filled(mould: Mould, facts: MessageFacts, company: CompanySettings, survey: Survey, base_url: str) -> Message:
    values = _values(facts, company, base_url, dated=mould.dated)
    subject, html = "", None
    if facts.channel == "sms":
        text = plain(mould.text % values)
    else:
        subject = one_line(mould.subject % values)
        question = survey.text(language()).question
        text = mould.text % _for_text(values, question)
        html = (mould.html or "") % _for_html(values, question, subject)
    return Message(
        ref=facts.dedupe_key,
        channel=facts.channel,
        recipient=facts.recipient,
        from_name=company.shown_name,
        subject=subject,
        text=text,
        html=html,
        language=language(),
        opt_out_link=values["opt-out"],
    )


def _values(facts: MessageFacts, company: CompanySettings, base_url: str, *, dated: bool) -> dict[str, str]:
    driver = _short(first_name(facts.driver_name or "")) or gettext(SOME_DRIVER)
    return {
        "company": one_line(company.shown_name),
        "order": _short(facts.order_ref),
        "driver": driver,
        "Driver": driver[:1].upper() + driver[1:],
        "date": _when(facts, company) if dated else "",
        "link": f"{base_url}/t/{facts.token}",
        "opt-out": f"{base_url}/u/{facts.token}",
    }


def _for_text(values: Mapping[str, str], question: str) -> dict[str, str]:
    # Isolated, so that a name written from right to left turns nothing around it.
    shown = {name: f"\u2068{text}\u2069" if _RIGHT_TO_LEFT.search(text) else text for name, text in values.items()}
    shown["question"] = question.replace(COMPANY, shown["company"])
    return shown


def _for_html(values: Mapping[str, str], question: str, subject: str) -> dict[str, str]:
    shown = {name: f'<bdi dir="auto">{escape(values[name])}</bdi>' for name in ("company", "order", "driver", "Driver")}
    shown["question"] = str(escape(question)).replace(COMPANY, shown["company"])
    shown["subject"] = str(escape(subject))
    return shown | {name: str(escape(values[name])) for name in ("date", "link", "opt-out")}


def _when(facts: MessageFacts, company: CompanySettings) -> str:
    if facts.completed_at is None:
        return NO_DATA
    zone = ZoneInfo(facts.timezone) if facts.timezone else company.zone
    times = {"day": day(facts.completed_at, zone), "time": time(facts.completed_at, zone)}
    return gettext("%(day)s at %(time)s") % times


def _short(text: str) -> str:
    text = one_line(text[: 4 * LONGEST_VALUE])
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


def _marked(text: str) -> str:
    """The text with its known tags as marks; an unknown one, which only a preview can hold, stays as it is written."""
    text = text.replace("\ue000", "")

    def mark(found: re.Match[str]) -> str:
        if found[1] not in TAGS:
            return found[0]
        begins = found[1] == "driver" and _SENTENCE_STARTS.search(text[: found.start()])
        return _mark("Driver" if begins else found[1])

    return TAG.sub(mark, text)


def _html(paragraph: str) -> Markup:
    """A paragraph as HTML: its lines kept, addresses as links."""
    text = str(escape(_marked(paragraph))).replace("\n", "<br>")
    stop = escape(gettext("stop these messages"))
    for name, words in (("link", _mark("link")), ("opt-out", stop)):
        text = text.replace(_mark(name), f'<a class="inline" href="{_mark(name)}">{words}</a>')
    return Markup(text)  # noqa: S704 - escaped above


def _format(marked: str) -> str:
    """What takes the values by `%`: percent signs of the text doubled, marks as the names of values."""
    return _MARK.sub(r"%(\1)s", marked.replace("%", "%%"))


@cache
def _inliner() -> CSSInliner:
    # Rules under @media cannot be inlined: they stay in the head, for readers that know the dark.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
