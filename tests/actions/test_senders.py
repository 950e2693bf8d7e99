"""The gateways themselves, against real local servers."""

import ssl
import time
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import AuthResult

from cxweb.core.senders.protocol import Accepted, Message, RefusedForGood, RefusedForNow, one_line
from cxweb.core.senders.sms_http import SmsHttp
from cxweb.core.senders.smtp import Smtp
from cxweb.settings import InvalidSetting
from tests.servers import MailServer, SmsGateway, free_port

MAIL = Message(
    "order-completed:1:email", "email", "ann@example.com", "Léon", "Sujet", "un\n.\n..deux\n", "<p>é</p>", "fr"
)
SMS = Message("order-completed:1:sms", "sms", "+33612345678", "Léon", "", "C'est livré", None, "fr")


def soon() -> float:
    return time.monotonic() + 5


@pytest.fixture
def strict_server(certificate: ssl.SSLContext) -> Iterator[MailServer]:
    """An SMTP server that takes mail only after STARTTLS and the right password."""
    server = MailServer()

    def check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        right = getattr(data, "login", b"") == b"ann@shop" and getattr(data, "password", b"") == b"p:w/d"
        return AuthResult(success=right, handled=False)

    server.start(tls_context=certificate, require_starttls=True, auth_required=True, authenticator=check)
    yield server
    server.stop()


def test_starttls_and_a_password_are_used(strict_server: MailServer) -> None:
    url = f"smtp://ann%40shop:p%3Aw%2Fd@localhost:{strict_server.port}?starttls=1"
    assert isinstance(Smtp(url, "Shop <no-reply@shop.example>").send(MAIL, soon()), Accepted)
    assert strict_server.mails[0]["From"] == "Shop <no-reply@shop.example>"


def test_a_wrong_password_is_our_fault_and_not_the_messages(strict_server: MailServer) -> None:
    outcome = Smtp(f"smtp://ann%40shop:no@localhost:{strict_server.port}?starttls=1", "no-reply@shop.example").send(
        MAIL, soon()
    )
    assert isinstance(outcome, RefusedForNow)
    assert "535" in outcome.why
    assert strict_server.mails == []


def test_a_server_whose_certificate_is_unknown_gets_nothing(
    strict_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome = Smtp(f"smtp://ann%40shop:p%3Aw%2Fd@localhost:{strict_server.port}?starttls=1", "a@shop.example").send(
        MAIL, soon()
    )
    assert isinstance(outcome, RefusedForNow)
    assert strict_server.mails == []


def test_smtps_speaks_tls_from_the_first_byte(certificate: ssl.SSLContext) -> None:
    server = MailServer()
    server.start(ssl_context=certificate)
    try:
        assert isinstance(Smtp(f"smtps://localhost:{server.port}", "a@shop.example").send(MAIL, soon()), Accepted)
    finally:
        server.stop()
    assert len(server.mails) == 1


def test_lone_dots_and_accents_arrive_as_written(mail_server: MailServer) -> None:
    outcome = Smtp(mail_server.url, "a@shop.example").send(MAIL, soon())
    text, html = (mail_server.mails[0].get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["un", ".", "..deux"]
    assert html.get_content().strip() == "<p>é</p>"
    assert outcome == Accepted(mail_server.mails[0]["Message-ID"])


def test_the_message_id_is_the_same_at_every_attempt() -> None:
    gateway = Smtp("smtp://localhost", "a@shop.example")
    assert gateway.build(MAIL)["Message-ID"] == gateway.build(MAIL)["Message-ID"]


def test_a_process_that_was_frozen_past_its_time_sends_nothing(
    mail_server: MailServer, sms_gateway: SmsGateway
) -> None:
    past = time.monotonic() - 1
    assert isinstance(Smtp(mail_server.url, "a@shop.example").send(MAIL, past), RefusedForNow)
    assert isinstance(SmsHttp(sms_gateway.url()).send(SMS, past), RefusedForNow)
    assert (mail_server.mails, sms_gateway.requests) == ([], [])


@pytest.mark.parametrize(("code", "kind"), [(421, RefusedForNow), (452, RefusedForNow), (553, RefusedForGood)])
def test_an_answer_to_the_recipient_is_read_by_its_class(mail_server: MailServer, code: int, kind: type) -> None:
    mail_server.rcpt_answers = [f"{code} no"]
    assert isinstance(Smtp(mail_server.url, "a@shop.example").send(MAIL, soon()), kind)


@pytest.mark.parametrize("status", [503, 302])
def test_a_gateway_that_says_it_does_not_work_is_down(sms_gateway: SmsGateway, status: int) -> None:
    sms_gateway.answers = [status]
    outcome = SmsHttp(sms_gateway.url()).send(SMS, soon())
    assert isinstance(outcome, RefusedForNow)
    assert outcome.gateway_down


def test_a_gateway_that_is_away_is_down_and_its_key_stays_here() -> None:
    gateway = SmsHttp(f"http+json://127.0.0.1:{free_port()}/send?key=k3y-of-ours")
    outcome = gateway.send(SMS, soon())
    assert outcome == RefusedForNow("ConnectionRefusedError: [Errno 111] Connection refused", gateway_down=True)
    assert "k3y-of-ours" not in repr(gateway)


@pytest.mark.parametrize("url", ["http+json://sms.example/send", "http+json://10.0.0.1/send"])
def test_plain_http_is_for_the_loopback_interface_only(url: str) -> None:
    with pytest.raises(InvalidSetting, match="CXWEB_SMS_URL"):
        SmsHttp(url)


@pytest.mark.parametrize(
    ("url", "mail_from", "name"),
    [
        ("smtp://mail.example:smtp", "no-reply@shop.example", "CXWEB_SMTP_URL"),
        ("smtp://mail.example", "shop", "CXWEB_MAIL_FROM"),
        ("smtp://mail.example", "é@shop.example", "CXWEB_MAIL_FROM"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(url: str, mail_from: str, name: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        Smtp(url, mail_from)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\x00c", "a b c"),
        ("\u202edesrever", "desrever"),
        ("👩‍👧 ‘x’", "👩‍👧 ‘x’"),
    ],
)
def test_a_line_stays_one_line_and_keeps_its_letters(text: str, line: str) -> None:
    assert one_line(text) == line
