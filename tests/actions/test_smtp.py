"""SMTP wherever it goes wrong, and what its mails hold whatever was typed."""

import logging
import re
import time
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest

from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
)
from cxweb.core.senders.smtp import Smtp
from tests.mail_script import ScriptedMailServer
from tests.servers import MailServer

LINK = "https://feedback.example.com/u/oxhgRtHCUN_jb1rexAkSYQ"
MAIL = Message(
    "order-completed:1:email", "email", "ann@example.com", "Léon", "Sujet", "Bonjour\n", "<p>é</p>", "fr", LINK
)
FOR_GOOD, FOR_NOW, DOWN = RefusedForGood, (RefusedForNow, False), (RefusedForNow, True)
HEADERS = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
]


def send(server: ScriptedMailServer | MailServer, message: Message = MAIL, seconds: float = 5) -> Outcome:
    url = server.url() if isinstance(server, ScriptedMailServer) else server.url
    return Smtp(url, "no-reply@shop.example").send(message, time.monotonic() + seconds)


def kind(outcome: Outcome) -> object:
    return (type(outcome), outcome.gateway_down) if isinstance(outcome, RefusedForNow) else type(outcome)


@pytest.mark.parametrize(
    ("command", "reply", "expected"),
    [
        ("GREETING", "421 too busy", DOWN),
        ("GREETING", "554 not you", DOWN),
        ("EHLO", "421 too busy", DOWN),
        ("MAIL", "451 later", DOWN),
        ("MAIL", "550 this sender is unknown", DOWN),
        ("RCPT", "450 greylisted", FOR_NOW),
        ("RCPT", "421 closing", DOWN),
        ("RCPT", "550 no such user", FOR_GOOD),
        ("DATA", "451 later", FOR_NOW),
        ("DATA", "554 no valid recipients", FOR_GOOD),
        ("END", "452 disk full", FOR_NOW),
        ("END", "421 closing", DOWN),
        ("END", "554 looks like spam", FOR_GOOD),
        ("END", "299 odd", InDoubt),
        ("GREETING", "hang up", DOWN),
        ("MAIL", "hang up", DOWN),
        ("RCPT", "hang up", DOWN),
        ("DATA", "hang up", DOWN),
        ("END", "hang up", InDoubt),
        ("GREETING", "mute", DOWN),
        ("RCPT", "mute", DOWN),
        ("DATA", "mute", DOWN),
        ("END", "mute", InDoubt),
        ("QUIT", "hang up", Accepted),
        ("QUIT", "mute", Accepted),
    ],
)
def test_each_step_that_goes_wrong_has_its_outcome(
    mail_script: ScriptedMailServer, command: str, reply: str, expected: object
) -> None:
    mail_script.replies = {command: reply}
    # EHLO that is refused is followed by HELO.
    mail_script.replies |= {"HELO": reply} if command == "EHLO" else {}
    started = time.monotonic()
    assert kind(send(mail_script, seconds=0.6)) == expected
    assert time.monotonic() - started < 2
    assert ("END" in mail_script.heard) == (command in {"END", "QUIT"})


@pytest.mark.parametrize("reply", ["535 no: AUTH PLAIN AGFubkBzaG9wAHA6dy9k", "501 ann@shop p:w/d is wrong", "hang up"])
def test_no_outcome_holds_user_or_password(
    mail_script: ScriptedMailServer, caplog: pytest.LogCaptureFixture, reply: str
) -> None:
    caplog.set_level(logging.DEBUG)
    mail_script.replies = {"AUTH": reply}
    gateway = Smtp(mail_script.url("ann%40shop:p%3Aw%2Fd@"), "no-reply@shop.example")
    outcome = gateway.send(MAIL, time.monotonic() + 2)
    assert kind(outcome) == DOWN
    assert any(line.startswith("AUTH PLAIN") for line in mail_script.heard)
    for secret in ("ann@shop", "p:w/d", "AGFubkBzaG9wAHA6dy9k"):
        assert secret not in f"{outcome!r} {gateway!r} {caplog.text}"


def test_one_click_ends_all_mails(mail_server: MailServer) -> None:
    send(mail_server)
    assert f"\r\nList-Unsubscribe: <{LINK}>\r\n".encode() in mail_server.raw[0]
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mail_server.raw[0]


def test_a_long_link_stays_an_address_on_one_line(mail_server: MailServer) -> None:
    long = f"https://{'feedback.' * 12}example.com/u/oxhgRtHCUN_jb1rexAkSYQ"
    send(mail_server, replace(MAIL, opt_out_link=long))
    assert f"\r\nList-Unsubscribe: <{long}>\r\n".encode() in mail_server.raw[0]


def test_a_link_of_odd_letters_is_written_as_addresses_are(mail_server: MailServer) -> None:
    send(mail_server, replace(MAIL, opt_out_link="https://shop.example/é\r\nBcc: x/u/1"))
    assert mail_server.mails[0]["List-Unsubscribe"] == "<https://shop.example/%C3%A9%0D%0ABcc:%20x/u/1>"


@pytest.mark.parametrize(
    "recipient", ["+33612345678", "ann@example.com\r\nBcc: thief@example.com", "é@example.com", ""]
)
def test_what_is_no_address_is_refused_before_anything_is_said(mail_script: ScriptedMailServer, recipient: str) -> None:
    assert isinstance(send(mail_script, replace(MAIL, recipient=recipient)), RefusedForGood)
    assert mail_script.heard == []


def test_without_a_link_there_is_no_such_header(mail_server: MailServer) -> None:
    send(mail_server, replace(MAIL, opt_out_link=""))
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(mail_server.mails[0].keys())


HOSTILE = [
    "Evil\r\nBcc: thief@example.com\r\n\r\nbody",
    "Evil\nBcc: thief@example.com",
    "Evil\rBcc: thief@example.com",
    "Evil\u2028Bcc: thief@example.com\u2029\x85\x0b\x0c\x1c\x00",
    '"Evil" <thief@example.com>, x',
    "=?utf-8?q?Evil=0D=0ABcc=3A_thief=40example=2Ecom?=",
    "Ann 👩‍👧‍👦 🎉" * 40,
    "مرحبا \u202eevil\u2066 שלום",
    "n" * 10_000,
    "é" * 10_000,
    "nom " * 2_500,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("place", ["from_name", "subject"])
def test_nothing_typed_adds_a_header_or_a_recipient(mail_server: MailServer, text: str, place: str) -> None:
    assert isinstance(send(mail_server, replace(MAIL, **{place: text})), Accepted)
    [mail], [recipients], [raw] = mail_server.mails, mail_server.recipients, mail_server.raw
    assert recipients == ["ann@example.com"]
    assert sorted(mail.keys()) == HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == ["ann@example.com"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["no-reply@shop.example"]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert body(mail) == "Bonjour"


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).strip()


@pytest.mark.parametrize("text", ["Ann 👩‍👧‍👦 🎉", "مرحبا שלום", 'Åse & "Co"; x'])
def test_odd_names_and_subjects_are_read_as_typed(mail_server: MailServer, text: str) -> None:
    send(mail_server, replace(MAIL, from_name=text, subject=text))
    [mail] = mail_server.mails
    assert re.sub(r"\s", "", mail["Subject"]) == re.sub(r"\s", "", text)
    assert re.sub(r"\s", "", mail["From"].addresses[0].display_name) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("letter", ["n", "é", "👩"])
def test_a_name_of_ten_thousand_letters_is_cut_where_a_reader_would_cut_it(
    mail_server: MailServer, letter: str
) -> None:
    send(mail_server, replace(MAIL, from_name=letter * 10_000, subject=letter * 10_000))
    assert read(mail_server, "From") == letter * 99 + "… <no-reply@shop.example>"
    assert read(mail_server, "Subject") == letter * 199 + "…"


def read(server: MailServer, header: str) -> str:
    """As a reader shows it; the policy that the server reads with puts spaces between encoded words of a name."""
    return str(make_header(decode_header(message_from_bytes(server.raw[0])[header])))


def test_what_is_built_is_what_arrives(mail_server: MailServer) -> None:
    send(mail_server)
    built = message_from_bytes(
        Smtp(mail_server.url, "no-reply@shop.example").build(MAIL).as_bytes(), policy=policy.default
    )
    assert [built[name] for name in HEADERS if name not in {"Date", "Content-Type"}] == [
        mail_server.mails[0][name] for name in HEADERS if name not in {"Date", "Content-Type"}
    ]
