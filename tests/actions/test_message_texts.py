"""The messages made of the texts: every kind, both languages, and whatever names and numbers hold."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import html5lib
import pytest
from flask import Flask
from sqlalchemy import event

from cxweb.accounts.rules import Operator
from cxweb.actions.edit_wording import edit_wording
from cxweb.company.rules import CompanySettings
from cxweb.core.db import db
from cxweb.core.senders.protocol import Message
from cxweb.core.senders.smtp import Smtp
from cxweb.core.sms import segments
from cxweb.notifications.messages import MessageFacts, build
from cxweb.surveys.queries import default
from cxweb.wordings.queries import current_wording_id
from cxweb.wordings.rules import COMPLETED, INVITATION, REMINDER, MessageText, Slot
from tests.page import check_ids

COMPANY = CompanySettings(company_name="Maison Colibri")
BASE = "https://suivi.maison-colibri.example"
TOKEN = "AbCdEfGhIjKlMnOpQrStUv"
FACTS = MessageFacts(
    dedupe_key="order-completed:1:email",
    kind=COMPLETED,
    channel="email",
    recipient="ann@example.com",
    invites=True,
    wording_id=None,
    language="en",
    order_ref="4821",
    order_channel="delivery",
    token=TOKEN,
    driver_name="Hugo Marchand",
    completed_at=datetime(2026, 11, 17, 13, 32, tzinfo=UTC),
    timezone=None,
)
HOSTILE = {
    "breaks": "Léo\r\nBcc: all@example.com\r\n\r\nx",
    "long": "n" * 10_000,
    "emoji": "👩‍🚀🎉",
    "right to left": "محمد",
    "turning": "\u202eeman\u202c",
    "markup": "<script>alert(1)</script>&\"'",
    "formats": "%(company)s %s {0} {{ 7 }}",
    "tags": "[link] [opt-out] \ue000link\ue001",
}


def made(company: CompanySettings = COMPANY, **facts: object) -> Message:
    return build(replace(FACTS, **facts), company, default(), BASE)  # type: ignore[arg-type]


def html(message: Message) -> str:
    assert message.html is not None
    return message.html


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("kind", "invites"), [(COMPLETED, True), (COMPLETED, False), (INVITATION, True), (REMINDER, True)]
)
def test_every_mail_has_its_link_and_at_its_foot_company_and_opt_out(
    app: Flask, kind: str, invites: bool, language: str
) -> None:
    mail = made(kind=kind, invites=invites, language=language)
    assert "4821" in mail.subject
    assert f"{BASE}/t/{TOKEN}\n" in mail.text
    assert mail.text.endswith(f"\n\nMaison Colibri\n{_stop(language)} {BASE}/u/{TOKEN}\n")
    assert f'<html lang="{language}">' in html(mail)
    assert f'href="{BASE}/u/{TOKEN}"' in html(mail).rpartition('class="foot"')[2]
    assert ("?stars=5" in html(mail)) == invites
    assert ("★" in html(mail)) == invites
    assert not re.search(r"<img|<script|src=|url\(|@import", html(mail))
    assert "@media" in html(mail)
    assert not re.search("[\ue000\ue001]|%\\(", html(mail) + mail.text + mail.subject)


def _stop(language: str) -> str:
    return {"en": "Stop these messages:", "fr": "Ne plus recevoir ces messages\N{NO-BREAK SPACE}:"}[language]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", [COMPLETED, INVITATION, REMINDER])
def test_the_products_own_sms_fits_one_segment_of_160(app: Flask, kind: str, language: str) -> None:
    for invites in (True, kind != COMPLETED):
        weighed = segments(made(kind=kind, channel="sms", invites=invites, language=language).text)
        assert (weighed.count, weighed.forcing) == (1, ())


@pytest.mark.parametrize(
    ("channel", "driver", "said"),
    [
        ("delivery", "Hugo Marchand", "Your order 4821 was delivered by Hugo on 17 November 2026 at 14:32."),
        ("delivery", None, "Your order 4821 was delivered on 17 November 2026 at 14:32."),
        ("pickup", "Hugo Marchand", "Hugo completed your order 4821 on 17 November 2026 at 14:32."),
        ("pickup", None, "Your order 4821 was completed on 17 November 2026 at 14:32."),
        ("pickup", "  ", "Your order 4821 was completed on 17 November 2026 at 14:32."),
    ],
)
def test_the_products_own_text_knows_deliveries_and_drivers(
    app: Flask, channel: str, driver: str | None, said: str
) -> None:
    assert said in made(order_channel=channel, driver_name=driver).text


def test_a_company_may_name_a_driver_where_there_is_none(app: Flask) -> None:
    for number, language in enumerate(("en", "fr")):
        text = MessageText("[driver] came", "[driver] was here. [driver] left. With [driver]:\n[driver] [link]")
        edit_wording(Slot(COMPLETED, "email", language), text, number, Operator("command"))
    wording = current_wording_id()
    english, french = (made(wording_id=wording, driver_name=None, language=code) for code in ("en", "fr"))
    assert english.subject == "Your driver came"
    assert english.text.startswith("Your driver was here. Your driver left. With your driver:\nYour driver https://")
    assert french.subject == "Votre chauffeur came"
    assert made(wording_id=wording).subject == "Hugo came"


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_names_and_numbers_of_any_kind_leave_a_readable_mail(app: Flask, value: str) -> None:
    mail = made(replace(COMPANY, company_name=value[:80]), driver_name=value, order_ref=value)
    assert re.fullmatch(r"[^\r\n]{1,200}", mail.subject)
    assert len(html(mail)) < 8_000
    assert "<script" not in html(mail)
    assert 'class="foot"' in html(mail)
    sent = Smtp("smtp://localhost", "Shop <no-reply@shop.example>").build(replace(mail, from_name=value[:80]))
    assert [name for name in sent if name.lower() in {"to", "cc", "bcc"}] == ["To"]
    assert sent["To"] == "ann@example.com"
    assert len(made(channel="sms", driver_name=value, order_ref=value).text) < 250
    assert "\n" not in made(channel="sms", driver_name=value, order_ref=value).text


def test_right_to_left_names_turn_nothing_around_them(app: Flask) -> None:
    mail = made(driver_name="محمد")
    assert "by \u2068محمد\u2069 on" in mail.text
    assert '<bdi dir="auto">محمد</bdi>' in html(mail)
    assert "\u2068" not in made().text


def test_the_link_inside_a_sentence_can_be_followed_and_the_button_still_stands(app: Flask) -> None:
    text = MessageText("S", "See <here> [link], or [opt-out].\n\nBye")
    edit_wording(Slot(COMPLETED, "email", "en"), text, 0, Operator("command"))
    mail = made(wording_id=current_wording_id())
    assert f"See <here> {BASE}/t/{TOKEN}, or {BASE}/u/{TOKEN}." in mail.text
    assert "See &lt;here&gt; <a" in html(mail)
    assert html(mail).count("?stars=") == 5
    assert html(mail).index("Bye") < html(mail).index("?stars=1")


def test_a_wording_is_read_once_by_a_process_and_each_text_set_once(app: Flask) -> None:
    edit_wording(Slot(COMPLETED, "email", "en"), MessageText("S", "[link]"), 0, Operator("command"))
    wording = current_wording_id()
    asked: list[str] = []
    engine = db.engines["read"]
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: asked.append(statement))
    for number in range(20):
        assert made(wording_id=wording, order_ref=str(number)).subject == "S"
        assert str(number) in made(wording_id=wording, order_ref=str(number), kind=REMINDER, channel="sms").text
    assert len([statement for statement in asked if "wording_text" in statement]) == 1
    assert len(asked) == 1


def test_an_unknown_kind_is_a_fault_of_that_message_alone(app: Flask) -> None:
    with pytest.raises(Exception, match="messages/unheard/subject.txt"):
        made(kind="unheard")
    assert made().subject


def test_the_html_is_a_whole_page(app: Flask) -> None:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html(made()))
    assert parser.errors == []
    check_ids(tree)
