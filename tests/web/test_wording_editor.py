"""The editor of the messages' texts: the preview is what is sent, a wrong text is refused with its place."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask

from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.core.i18n import languages
from cxweb.notifications.messages import build
from cxweb.notifications.models import Notification
from cxweb.surveys.queries import current
from cxweb.web.admin.settings_messages_preview import example_facts
from cxweb.wordings.queries import current_wording_id, number_in_force, texts_of
from cxweb.wordings.rules import CHANNELS, COMPLETED, INVITATION, KINDS, MessageText, Slot
from tests.factories import Factory
from tests.page import Client
from tests.sending import NOON, texting
from tests.servers import MailServer, SmsGateway

MAIL = Slot(COMPLETED, "email", "fr")
SMS = Slot(INVITATION, "sms", "fr")
TEXT = {
    "based_on": "0",
    "subject": "Alors, [commande] ?",
    "body": "Bonjour,\r\n\r\n[chauffeur] est passé.\r\n\r\n[lien]",
}
SHORT = {"based_on": "0", "body": "[entreprise] : ça va ? [lien]"}


def page_of(slot: Slot, page: str = "") -> str:
    return f"/admin/settings/messages/wording{page}?{urlencode(slot._asdict())}"


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    make.setting("company.name", "Maison Colibri")
    client.sign_in(make.user("admin", language="en", name="Inès Moreau", email="ines@example.com").email)
    return client


def preview(admin: Client, slot: Slot, form: dict[str, str] | None = None) -> str:
    """The previewed message; no page of ours, so its inline styles are not checked as one."""
    if form is None:
        return admin.flask.get(page_of(slot, "/preview")).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', admin.get(page_of(slot)).text)
    assert token
    return admin.flask.post(page_of(slot, "/preview"), data={"csrf_token": token[1], **form}).text


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_has_its_editor_and_its_preview(admin: Client, kind: str) -> None:
    for channel in CHANNELS:
        for language in languages():
            slot = Slot(kind, channel, language)
            page = admin.get(page_of(slot)).text
            assert 'aria-current="true"' in page
            assert "[lien]" in page if language == "fr" else "[link]" in page
            assert "AbCdEfGhIjKlMnOpQrStUv" in preview(admin, slot)


@pytest.mark.parametrize("odd", ["kind=x", "channel=fax", "language=de", "kind=%00"])
def test_an_unknown_text_is_an_unknown_page(admin: Client, odd: str) -> None:
    assert admin.get(f"/admin/settings/messages/wording?{odd}").status_code == 404


def test_a_saved_text_is_in_force_with_who_and_when(admin: Client) -> None:
    assert "The product’s own text is in force." in admin.get(page_of(MAIL)).text
    assert admin.submit(page_of(MAIL), TEXT).location == page_of(MAIL)
    assert texts_of(current_wording_id()) == {
        MAIL: MessageText("Alors, [order] ?", "Bonjour,\n\n[driver] est passé.\n\n[link]")
    }
    page = admin.get(page_of(MAIL)).text
    assert "Saved. Messages queued from now on use it" in page
    assert "Version 1 in force since" in page
    assert "by Inès Moreau" in page
    assert "[chauffeur] est passé." in page
    assert "your words" in admin.get("/admin/settings/messages").text


@pytest.mark.parametrize("slot", [MAIL, SMS], ids=["mail", "sms"])
def test_the_preview_is_what_is_sent(app: Flask, admin: Client, slot: Slot) -> None:
    form = TEXT if slot == MAIL else SHORT
    with clock.showing(NOON):
        unsaved = preview(admin, slot, form)
    admin.submit(page_of(slot), form)
    with clock.showing(NOON):
        facts = example_facts(slot, wording_id=current_wording_id())
        sent = build(facts, settings(), current(), app.config["CXWEB"].base_url)
        saved = preview(admin, slot)
    assert unsaved == saved
    assert (saved == sent.html) if sent.html else (sent.text in unescape(saved))
    assert ("Hugo</bdi> est passé" if slot == MAIL else "Maison Colibri : ça va ?") in saved


def test_what_is_wrong_is_told_with_its_place_and_nothing_typed_is_lost(admin: Client) -> None:
    body = "Bonjour [prénom]\r\nsans adresse [x"
    answer = admin.submit(page_of(MAIL), {**TEXT, "subject": "Voir [lien]", "body": body})
    assert answer.status_code == 422
    assert "Line 1, column 9: there is no tag [prénom]." in answer.text
    assert "Line 2, column 14: the bracket of [x is not closed" in answer.text
    assert "The link is missing" in answer.text
    assert "Column 6: an address such as [lien] has no place in a subject." in answer.text
    assert "Bonjour [prénom]\nsans adresse [x</textarea>" in answer.text
    assert 'value="Voir [lien]"' in answer.text
    assert "Not saved yet." in answer.text
    assert number_in_force() == 0


def test_two_people_at_once_do_not_overwrite_each_other(admin: Client) -> None:
    admin.submit(page_of(MAIL), TEXT)
    refused = admin.submit(page_of(MAIL), {**TEXT, "body": "Le mien [lien]"})
    assert refused.status_code == 409
    assert "another version meanwhile" in refused.text
    assert "Le mien [lien]</textarea>" in refused.text
    assert 'name="based_on" value="1"' in refused.text
    assert number_in_force() == 1


@pytest.mark.parametrize("based_on", ["", "x", "-1", "9" * 30])
def test_a_made_up_base_is_refused(admin: Client, based_on: str) -> None:
    assert admin.submit(page_of(MAIL), {**TEXT, "based_on": based_on}).status_code == 409


def test_the_products_own_text_is_restored(admin: Client) -> None:
    assert "Restore the product" not in admin.get(page_of(MAIL)).text
    admin.submit(page_of(MAIL), TEXT)
    assert admin.submit(page_of(MAIL), {"based_on": "1"}, action=page_of(MAIL, "/restore")).status_code == 303
    assert texts_of(current_wording_id()) == {}
    page = admin.get(page_of(MAIL)).text
    assert "Earlier texts" in page
    assert "Restore the product" not in page
    assert "Votre commande [commande] a été livrée" in page


def test_restoring_over_another_version_shows_that_one_first(admin: Client) -> None:
    admin.submit(page_of(MAIL), TEXT)
    admin.submit(page_of(MAIL), {**TEXT, "based_on": "1", "body": "Le plus récent [lien]"})
    refused = admin.submit(page_of(MAIL), {"based_on": "1"}, action=page_of(MAIL, "/restore"))
    assert refused.status_code == 409
    assert "Restore again if you still want to." in refused.text
    assert "Le plus récent [lien]</textarea>" in refused.text
    assert 'name="based_on" value="2"' in refused.text
    assert number_in_force() == 2


def test_the_sms_is_weighed_and_its_dear_characters_replaced_without_a_script(admin: Client, make: Factory) -> None:
    make.setting("sms.segment_price", "0.045")
    shown = admin.submit(page_of(SMS), {**SHORT, "preview": "1"})
    assert shown.status_code == 200
    assert "1 segment of 70 characters" in shown.text
    assert "About €0.045 for each customer." in shown.text
    assert "Write “c” for “ç”" in shown.text
    replaced = admin.submit(page_of(SMS), {**SHORT, "replace": "ç"})
    assert "[entreprise] : ca va ? [lien]</textarea>" in replaced.text
    assert "of 160 characters" in replaced.text
    assert "70 characters" not in replaced.text
    assert number_in_force() == 0


def test_without_a_price_no_cost_is_shown(admin: Client) -> None:
    assert "for each customer" not in preview(admin, SMS)


def test_a_dear_character_of_the_companys_name_is_not_blamed_on_the_text(admin: Client, make: Factory) -> None:
    make.setting("company.name", "Garçon")
    shown = preview(admin, SMS, {"body": "[entreprise] [lien]"})
    assert "“ç”, which comes with the company’s name" in shown
    assert "<button" not in shown


@pytest.mark.parametrize(
    "text", ["\x00\ue000x\ue001", "[" * 500, "%s %(x)s {0}", "x" * 30_000, "👩‍🚀" * 300, "<script>"]
)
@pytest.mark.parametrize("slot", [MAIL, SMS], ids=["mail", "sms"])
def test_the_preview_takes_anything(admin: Client, slot: Slot, text: str) -> None:
    shown = preview(admin, slot, {"subject": text, "body": text})
    assert "<script" not in shown
    assert shown
    assert admin.submit(page_of(slot), {"subject": text, "body": text, "based_on": "0"}).status_code == 422


def test_the_mails_preview_stands_in_our_frame_alone_and_runs_nothing(admin: Client) -> None:
    policy = admin.flask.get(page_of(MAIL, "/preview")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy


def test_a_test_goes_to_whoever_is_signed_in_and_to_no_customer(admin: Client, mailing: MailServer) -> None:
    answer = admin.submit(page_of(MAIL), {**TEXT, "test": "1"})
    assert answer.status_code == 200
    assert "The gateway took the test for ines@example.com." in answer.text
    [mail] = mailing.mails
    assert (mail["To"], mail["Subject"]) == ("ines@example.com", "Alors, 4821 ?")
    assert session().query(Notification).count() == 0
    assert number_in_force() == 0
    assert [row.act for row in session().query(AuditEntry)][-1] == "message.tested"


def test_whose_own_address_cannot_be_sent_to_is_told(client: Client, make: Factory, mailing: MailServer) -> None:
    client.sign_in(make.user("admin", language="en", email="ines@nowhere").email)
    answer = client.submit(page_of(MAIL), {**TEXT, "test": "1"})
    assert answer.status_code == 422
    assert "Your own e-mail address is none we can send to." in answer.text
    assert mailing.mails == []


@pytest.mark.parametrize(("number", "code", "sent"), [("06 12 34 56 78", 200, 1), ("12", 422, 0), ("", 422, 0)])
def test_an_sms_test_goes_to_the_number_that_was_typed(
    app: Flask, admin: Client, sms_gateway: SmsGateway, number: str, code: int, sent: int
) -> None:
    texting(app, sms_gateway)
    answer = admin.submit(page_of(SMS), {**SHORT, "phone": number, "test": "1"})
    assert answer.status_code == code
    assert len(sms_gateway.requests) == sent
    assert ("The gateway took the test for +33612345678." in answer.text) == bool(sent)
    assert ('id="phone-error"' in answer.text) != bool(sent)
    assert f'value="{number}"' in answer.text


def test_a_test_without_a_gateway_says_that_nothing_left(admin: Client) -> None:
    assert "nothing left this machine" in admin.submit(page_of(MAIL), {**TEXT, "test": "1"}).text


def test_a_refused_test_says_why(app: Flask, admin: Client, sms_gateway: SmsGateway) -> None:
    texting(app, sms_gateway)
    sms_gateway.answers = [400]
    answer = admin.submit(page_of(SMS), {**SHORT, "phone": "0612345678", "test": "1"})
    assert "The gateway refused the test:" in answer.text
    assert "0612345678" not in answer.text.replace('value="0612345678"', "")


def test_too_many_tests_are_refused_and_the_text_is_kept(admin: Client) -> None:
    for _ in range(10):
        assert admin.submit(page_of(MAIL), {**TEXT, "test": "1"}).status_code == 200
    answer = admin.submit(page_of(MAIL), {**TEXT, "test": "1"})
    assert answer.status_code == 429
    assert "Ten tests in an hour" in answer.text
    assert "[chauffeur] est passé." in answer.text


def test_the_editor_speaks_french(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="fr").email)
    page = client.get(page_of(MAIL)).text
    assert "Le texte d’origine est en vigueur." in page
    refused = client.submit(page_of(MAIL), {**TEXT, "body": "Bonjour [prénom]"})
    assert "Ligne 1, colonne 9" in refused.text
    assert "sans [lien]" in refused.text
