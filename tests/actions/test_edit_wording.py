"""Wording a message: versions, what queued messages keep, two people at once, and the product's own text again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.rules import Operator
from cxweb.actions.edit_wording import EditedMeanwhile, edit_wording
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.core.i18n import languages
from cxweb.notifications.messages import own_text
from cxweb.wordings.models import Wording
from cxweb.wordings.queries import current_wording_id, history, number_in_force, texts_of
from cxweb.wordings.rules import CHANNELS, COMPLETED, INVITATION, KINDS, InvalidWording, MessageText, Slot, checked
from tests.factories import Factory
from tests.sending import completed, row, send
from tests.servers import MailServer

BY = Operator("command")
MAIL = Slot(COMPLETED, "email", "fr")
SMS = Slot(INVITATION, "sms", "en")
ONE = MessageText("Alors, [commande] ?", "Bonjour,\n\n[lien]")
TWO = MessageText("Et [commande] ?", "Rebonjour\n\n[lien]")


def test_before_the_first_version_the_products_own_texts_are_in_force(app: Flask) -> None:
    assert (current_wording_id(), number_in_force(), texts_of(None), history(MAIL)) == (None, 0, {}, [])


def test_a_version_holds_every_text_of_the_one_before_and_the_new_one(app: Flask) -> None:
    assert edit_wording(MAIL, ONE, 0, BY)
    assert edit_wording(SMS, MessageText("", "How did it go? [link]"), 1, BY)
    assert edit_wording(MAIL, TWO, 2, BY)
    assert number_in_force() == 3
    assert texts_of(current_wording_id()) == {
        MAIL: MessageText("Et [order] ?", "Rebonjour\n\n[link]"),
        SMS: MessageText("", "How did it go? [link]"),
    }
    assert [version.number for version in history(MAIL)] == [3, 1]
    assert [version.number for version in history(SMS)] == [2]
    changed = select(AuditEntry).where(AuditEntry.act == "wording.changed").order_by(AuditEntry.id)
    acts = session().scalars(changed).all()
    assert [(entry.object, entry.details["channel"]) for entry in acts] == [
        ("wording:1", "email"), ("wording:2", "sms"), ("wording:3", "email"),
    ]  # fmt: skip
    assert "Rebonjour" not in str([entry.details for entry in acts])


def test_a_queued_message_keeps_its_wording(app: Flask, make: Factory, mailing: MailServer) -> None:
    first = completed(make, ref="Q-1")
    edit_wording(MAIL, ONE, 0, BY)
    second = completed(make, ref="Q-2")
    edit_wording(MAIL, TWO, 1, BY)
    third = completed(make, ref="Q-3")
    for order in (third, second, first):
        send(order)
    subjects = [mail["Subject"] for mail in mailing.mails]
    assert subjects == ["Et Q-3 ?", "Alors, Q-2 ?", "Votre commande Q-1 a été livrée"]
    assert row(first).wording_id is None


def test_saving_the_same_or_the_products_own_text_stores_nothing(app: Flask) -> None:
    assert not edit_wording(MAIL, own_text(MAIL), 0, BY)
    edit_wording(MAIL, ONE, 0, BY)
    assert not edit_wording(MAIL, ONE, 1, BY)
    assert number_in_force() == 1


@pytest.mark.parametrize("again", [None, own_text])
def test_the_products_own_text_comes_back_in_a_version_of_its_own(app: Flask, again: object) -> None:
    edit_wording(MAIL, ONE, 0, BY)
    assert edit_wording(MAIL, own_text(MAIL) if again else None, 1, BY)
    assert texts_of(current_wording_id()) == {}
    assert [(version.number, version.text) for version in history(MAIL)] == [
        (2, None), (1, MessageText("Alors, [order] ?", "Bonjour,\n\n[link]")),
    ]  # fmt: skip


def test_what_cannot_be_sent_is_not_stored(app: Flask) -> None:
    with pytest.raises(InvalidWording):
        edit_wording(MAIL, MessageText("Alors ?", "sans lien"), 0, BY)
    assert number_in_force() == 0


@pytest.mark.parametrize("based_on", [0, 2, -1])
def test_a_text_written_over_another_version_is_refused(app: Flask, based_on: int) -> None:
    edit_wording(MAIL, ONE, 0, BY)
    with pytest.raises(EditedMeanwhile):
        edit_wording(MAIL, TWO, based_on, BY)
    assert number_in_force() == 1


def test_of_eight_who_save_at_once_one_is_stored(app: Flask) -> None:
    def save(number: int) -> str:
        with app.app_context():
            try:
                return str(edit_wording(MAIL, MessageText(f"Mine {number}", "[link]"), 0, BY))
            except EditedMeanwhile:
                return "meanwhile"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(save, range(8)))
    assert sorted(answers) == ["True"] + ["meanwhile"] * 7
    assert session().scalar(select(func.count()).select_from(Wording)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_products_own_texts_would_pass_the_editor(app: Flask, kind: str) -> None:
    for language in languages():
        for channel in CHANNELS:
            for delivery, named in ((True, True), (True, False), (False, True), (False, False)):
                text = own_text(Slot(kind, channel, language), delivery=delivery, named=named)
                assert checked(text, channel) == text
                assert named or "[driver]" not in text.body
