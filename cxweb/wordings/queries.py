"""Reading the wordings: the one in force, the texts of each, and how a text became what it is."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import and_, func, select

from cxweb.core.db import session
from cxweb.wordings.models import Wording, WordingText
from cxweb.wordings.rules import MessageText, Slot

Texts = dict[Slot, MessageText]


@dataclass(frozen=True)
class Reworded:
    """A version in which a text became another one; `text` None: the product's own again."""

    number: int
    at: datetime
    by: str
    text: MessageText | None


def current_wording_id() -> int | None:
    """The wording in force, which a message keeps from when it is queued; None for the product's own texts."""
    return session().scalar(select(Wording.id).order_by(Wording.number.desc()).limit(1))


def number_in_force() -> int:
    """The number of the wording in force, 0 before the first."""
    return session().scalar(select(func.max(Wording.number))) or 0


def texts_of(wording_id: int | None) -> Texts:
    """The texts a wording has of its own."""
    rows = session().scalars(select(WordingText).where(WordingText.wording_id == wording_id))
    return {Slot(row.kind, row.channel, row.language): MessageText(row.subject or "", row.body) for row in rows}


def known_texts(wording_id: int | None) -> Texts:
    """The same, read once by this process: a stored wording never changes."""
    known: dict[int | None, Texts] = current_app.extensions.setdefault("cxweb.wordings", {None: {}})
    if wording_id not in known:
        known[wording_id] = texts_of(wording_id)
    return known[wording_id]


def history(slot: Slot, size: int = 20) -> list[Reworded]:
    """When a text became another one, and by whom, newest first."""
    its = and_(
        WordingText.wording_id == Wording.id,
        WordingText.kind == slot.kind,
        WordingText.channel == slot.channel,
        WordingText.language == slot.language,
    )
    columns = select(Wording.number, Wording.created_at, Wording.created_by, WordingText.subject, WordingText.body)
    found: list[Reworded] = []
    before: MessageText | None = None
    for row in session().execute(columns.outerjoin(WordingText, its).order_by(Wording.number)):
        text = None if row.body is None else MessageText(row.subject or "", row.body)
        if text != before:
            found.append(Reworded(row.number, row.created_at, row.created_by, text))
        before = text
    return found[: -size - 1 : -1]
