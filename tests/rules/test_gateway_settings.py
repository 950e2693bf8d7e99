"""The gateways' addresses: what cannot be used stops the start and is named, and no password is shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from cxweb import ROOT
from cxweb.core import logs
from cxweb.core.senders.gateways import check, gateway, hook_key, listener
from cxweb.core.senders.protocol import told
from cxweb.core.senders.smpp import Smpp
from cxweb.core.senders.sms_http import SmsHttp
from cxweb.core.senders.smtp import Smtp
from cxweb.core.senders.twilio import Twilio
from cxweb.settings import InvalidSetting, Settings

SECRET = "s3cret"


def settings(tmp_path: Path, **variables: str) -> Settings:
    return Settings.from_env({"CXWEB_DATA_DIR": str(tmp_path), "CXWEB_SECRET_KEY": "key-of-tests", **variables})


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https+json://sms.example/send?key=k", SmsHttp),
        ("http+json://127.0.0.1:9/send", SmsHttp),
        ("twilio://AC1:token@api.example/?from=Leon", Twilio),
        ("twilio+http://AC1:token@localhost:9/?from=Leon", Twilio),
        ("smpp://shop:s3cret@smsc.example/?from=Leon&system_type=web", Smpp),
        ("smpps://shop:s3cret@smsc.example:3550/?from=+33700&split=udh", Smpp),
    ],
)
def test_the_scheme_chooses_the_gateway(tmp_path: Path, url: str, kind: type) -> None:
    found = settings(tmp_path, CXWEB_SMS_URL=url)
    check(found)
    assert type(gateway(found, "sms", leaves=True)) is kind
    assert (listener(found) is not None) == (kind is Smpp)


BAD = [
    ("CXWEB_SMS_URL", f"sms://shop:{SECRET}@host"),
    ("CXWEB_SMS_URL", "smpp://"),
    ("CXWEB_SMS_URL", f"smpp://shop:{SECRET}@host"),
    ("CXWEB_SMS_URL", f"smpp://shop:{SECRET}[@host/?from=Leon"),
    ("CXWEB_SMS_URL", f"twilio://AC1:{SECRET}\u2100@host/?from=Leon"),
    ("CXWEB_SMS_URL", f"https+json://host/send?key={SECRET}é"),
    ("CXWEB_SMS_URL", f"https+json://host/send?key={SECRET}+a"),
    ("CXWEB_SMS_URL", f"http+json://sms.example/send?key={SECRET}"),
    ("CXWEB_SMTP_URL", f"imap://shop:{SECRET}@host"),
    ("CXWEB_SMTP_URL", f"smtp://shop:{SECRET}@host:smtp"),
    ("CXWEB_SMTP_URL", f"smtp://shop:{SECRET}%C3%A9@host"),
    ("CXWEB_SMTP_URL", f"smtp://host/?hook_key={SECRET}+a"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_an_address_that_cannot_be_used_is_named_and_not_shown(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name) as refused:
        check(settings(tmp_path, **{name: value}))
    assert SECRET not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("program", [["app.py"], ["worker.py", "sweep"], ["-c", "import app"]])
def test_no_process_starts_with_such_an_address(tmp_path: Path, program: list[str]) -> None:
    known = {"PATH": "/usr/bin:/bin", "CXWEB_DATA_DIR": str(tmp_path), "CXWEB_SECRET_KEY": "key-of-tests"}
    bad = f"twilio+http://AC1:{SECRET}@sms.example/?from=Leon"
    ended = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env={**known, "CXWEB_SMS_URL": bad}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    said = ended.stdout + ended.stderr
    assert "CXWEB_SMS_URL may start with twilio+http://" in said
    assert SECRET not in said
    assert "Traceback" not in said


def test_settings_are_shown_without_what_is_secret(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        CXWEB_SMTP_URL=f"smtp://shop:{SECRET}@host",
        CXWEB_SMS_URL=f"https+json://host/?key={SECRET}",
        CXWEB_DATABASE_URL=f"postgresql+psycopg://shop:{SECRET}@host/db",
        CXWEB_REDIS_URL=f"redis://:{SECRET}@host",
        CXWEB_METRICS_TOKEN=SECRET,
    )
    shown = [repr(found), *(repr(gateway(found, channel, leaves=True)) for channel in ("email", "sms"))]
    assert SECRET not in "".join(shown)
    assert "key-of-tests" not in shown[0]
    assert isinstance(gateway(found, "email", leaves=True), Smtp)


@pytest.mark.parametrize(
    ("name", "variables", "key"),
    [
        ("twilio", {"CXWEB_SMS_URL": "twilio://AC1:t%2Fk@host/?from=Leon"}, "t/k"),
        ("sms", {"CXWEB_SMS_URL": "https+json://host/?key=k"}, "k"),
        ("sms", {"CXWEB_SMS_URL": "https+json://host/"}, None),
        ("sms", {"CXWEB_SMS_URL": "smpp://a:b@host/?from=Leon&key=k"}, None),
        ("twilio", {"CXWEB_SMS_URL": "https+json://host/?key=k"}, None),
        ("email", {"CXWEB_SMTP_URL": "smtp://host/?hook_key=k"}, "k"),
        ("email", {"CXWEB_SMTP_URL": "smtp://host:25?starttls=1&hook_key=k"}, "k"),
        ("email", {"CXWEB_SMTP_URL": "smtp://host"}, None),
        ("smpp", {"CXWEB_SMS_URL": "smpp://a:b@host/?from=Leon"}, None),
    ],
)
def test_only_a_gateway_that_is_set_has_a_key_for_its_hook(
    tmp_path: Path, name: str, variables: dict[str, str], key: str | None
) -> None:
    assert hook_key(settings(tmp_path, **variables), name) == key


@pytest.mark.parametrize(
    ("error", "hidden", "shown"),
    [
        ("550 <Ann@Example.com> unknown", ("ann@example.com",), "550 <…> unknown"),
        ("to 33612345678 or +33612345678", ("+33612345678",), "to … or …"),
        ("some error for me", ("me",), "some error for …"),
        (OSError("no p:w/d\r\nhere"), ("p:w/d",), "OSError: no … here"),
    ],
)
def test_an_error_is_told_without_contact_and_credentials(error: object, hidden: tuple[str, ...], shown: str) -> None:
    assert told(error, *hidden) == shown


@pytest.mark.parametrize(
    "text",
    [
        f"smtp://shop:{SECRET}@host refused",
        f"https+json://host/send?key={SECRET}&idempotency=1",
        f"smtp://host?starttls=1&hook_key={SECRET}",
    ],
)
def test_a_logged_address_shows_no_secret(text: str) -> None:
    assert SECRET not in logs.masked(text)
