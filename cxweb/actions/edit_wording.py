"""The company words a message anew: a version is stored, messages already queued keep the one they were queued with."""

from sqlalchemy import select

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.notifications.messages import own_text
from cxweb.wordings.models import Wording, WordingText
from cxweb.wordings.queries import current_wording_id, number_in_force, texts_of
from cxweb.wordings.rules import MessageText, Slot, checked


class EditedMeanwhile(Exception):
    """Somebody stored another version since this one was opened."""


def edit_wording(slot: Slot, text: MessageText | None, based_on: int, by: Acting) -> bool:
    """Store the text in the version after `based_on`, None for the product's own; False where nothing differs.

    Raises InvalidWording, and EditedMeanwhile where `based_on` is no longer the version in force.
    """
    wanted = checked(text, slot.channel) if text is not None else None
    if wanted == own_text(slot):
        wanted = None
    with transaction():
        if number_in_force() != based_on:
            raise EditedMeanwhile
        texts = texts_of(current_wording_id())
        if texts.pop(slot, None) == wanted:
            return False
        if wanted is not None:
            texts[slot] = wanted
        number = based_on + 1
        # The unique number decides between two people who save at once.
        if not insert_or_leave(Wording, number=number, created_at=clock.now(), created_by=by.actor):
            raise EditedMeanwhile
        wording_id = session().scalars(select(Wording.id).where(Wording.number == number)).one()
        session().add_all(
            WordingText(wording_id=wording_id, **of._asdict(), subject=words.subject or None, body=words.body)
            for of, words in texts.items()
        )
        record(by.actor, "wording.changed", f"wording:{number}", **slot._asdict(), own=wanted is None)
        return True
