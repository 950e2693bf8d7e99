"""The preview of a message's text: the very message that would leave for an order that does not exist."""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from flask import Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import language, languages
from cxweb.core.senders.protocol import Message
from cxweb.core.sms import Segments, cost, replacement, segments
from cxweb.notifications.messages import MessageFacts, compose, own_text
from cxweb.surveys.queries import current
from cxweb.web.admin.messages import FRAME_POLICY
from cxweb.web.headers import allow_own_frame
from cxweb.wordings.queries import current_wording_id, texts_of
from cxweb.wordings.rules import CHANNELS, COMPLETED, KINDS, LONGEST, LONGEST_SUBJECT, NOTICE, MessageText, Slot

# As long as a real one, so that an SMS weighs what it will.
EXAMPLE_TOKEN = "AbCdEfGhIjKlMnOpQrStUv"  # noqa: S105 - nobody's link
# The page puts each new body into the frame by its script, which the frame's own policy would keep from it.
LETTER_POLICY = FRAME_POLICY.removesuffix("; sandbox")


@dataclass(frozen=True)
class Weight:
    """What an SMS takes and costs, and its dear characters: each, how it is shown, and what may stand for it.

    None stands for one that is not the text's own.
    """

    segments: Segments
    cost: Decimal | None
    instead: list[tuple[str, str, str | None]]


def show() -> ResponseReturnValue:
    slot = asked_slot()
    return _answer(slot, in_force(slot))


def create() -> ResponseReturnValue:
    """The same with the text that is being written."""
    return _answer(asked_slot(), sent_text())


def asked_slot() -> Slot:
    """Which text the address is about; no such text, no such page."""
    kind, channel = request.args.get("kind", COMPLETED), request.args.get("channel", "email")
    slot = Slot(kind, channel, request.args.get("language", language()))
    if slot.kind not in KINDS or slot.channel not in CHANNELS or slot.language not in languages():
        abort(404)
    return slot


def in_force(slot: Slot) -> MessageText:
    """The text that messages take now."""
    return texts_of(current_wording_id()).get(slot) or own_text(slot)


def sent_text() -> MessageText:
    """The text of the form as it was typed, without control characters, which no page can show again."""
    subject, body = (request.form.get(name, "").replace("\r\n", "\n") for name in ("subject", "body"))
    return MessageText(_typed(subject), _typed(body))


def example_facts(slot: Slot, recipient: str = "", wording_id: int | None = None) -> MessageFacts:
    """A delivery completed half an hour ago."""
    return MessageFacts(
        dedupe_key="example",
        kind=COMPLETED if slot.kind == NOTICE else slot.kind,
        channel=slot.channel,
        recipient=recipient,
        invites=slot.kind != NOTICE,
        wording_id=wording_id,
        language=slot.language,
        order_ref="4821",
        order_channel="delivery",
        token=EXAMPLE_TOKEN,
        driver_name="Hugo",
        completed_at=clock.now() - timedelta(minutes=30),
        timezone=None,
    )


def example(slot: Slot, text: MessageText, recipient: str = "") -> Message:
    """The message of the example with this text; one of any length is cut for it."""
    text = MessageText(text.subject[: 2 * LONGEST_SUBJECT], text.body[: 2 * LONGEST[slot.channel]])
    base_url = current_app.config["CXWEB"].base_url
    return compose(text, example_facts(slot, recipient), settings(), current(), base_url)


def weigh(message: Message, text: MessageText) -> Weight:
    weighed = segments(message.text)
    instead = [(char, _seen(char), replacement(char) if char in text.body else None) for char in weighed.forcing]
    return Weight(weighed, cost(weighed.count, settings().sms_segment_price), instead)


def _typed(text: str) -> str:
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")


def _seen(char: str) -> str:
    """The character, by its number where alone it shows nothing (the joints of an emoji)."""
    return f"U+{ord(char):04X}" if unicodedata.category(char) in {"Cf", "Mn"} else char


def _answer(slot: Slot, text: MessageText) -> Response:
    message = example(slot, text)
    if message.html is None:
        partial = render_template(
            "admin/settings/_messages_sms.html",
            message=message,
            weight=weigh(message, text),
            text=text,
            slot=slot,
            currency=settings().company_currency,
        )
        return Response(partial)
    response = allow_own_frame(Response(message.html))
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response
