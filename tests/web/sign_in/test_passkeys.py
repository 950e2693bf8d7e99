"""Passkeys: added and removed with the password, both steps at once at the door, beside the app or instead of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.accounts.models import Passkey, RecoveryCode, SignInChallenge, StaffSession
from cxweb.accounts.rules import MOST_PASSKEYS, Staff
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.core.sealed import seal
from tests.factories import PASSWORD, Factory
from tests.page import Client
from tests.passkeys import PAGE, Device, add, asked, browser, enter, post, token_of
from tests.web.test_second_step import SECRET, code

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)


def test_a_passkey_is_both_steps_at_once(client: Client, user: Staff, device: Device) -> None:
    assert enter(client, device) == 303
    assert client.get("/admin/account").status_code == 200
    assert client.get("/login").location == "/admin/"
    page = client.get("/admin/account").text
    assert "Telephone" in page
    assert "last used just now" in page
    acts = session().scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["session.begun", "passkey.added", "passkey.used", "session.begun"]


def test_the_first_gives_recovery_codes_and_the_password_alone_opens_nothing_any_more(
    app: Flask, client: Client, user: Staff
) -> None:
    client.sign_in(user.email)
    codes = re.findall(r"<code>([a-z2-9-]{29})</code>", add(client, Device()))
    assert len(set(codes)) == 10
    add(client, Device())
    assert len(session().scalars(select(RecoveryCode)).all()) == 10
    other = browser(app)
    assert other.sign_in(user.email).location == "/login/code"
    assert other.get("/admin/").status_code == 303
    assert "Recovery code" in other.get("/login/code").text
    assert other.submit("/login/code", {"code": "123456"}).status_code == 422
    assert other.submit("/login/code", {"code": codes[0]}).status_code == 303


def test_it_takes_the_place_of_the_apps_code(app: Flask, client: Client, make: Factory) -> None:
    user = make.user("admin", language="en", totp_secret=seal(SECRET), totp_since=NOW)
    device = Device()
    with clock.showing(NOW):
        client.sign_in(user.email)
        client.submit("/login/code", {"code": code(NOW)})
        add(client, device)
        other = browser(app)
        other.sign_in(user.email)
        status, options = asked(other, "/login/passkey/options")
        assert [one["type"] for one in options["allowCredentials"]] == ["public-key"]
        # A security key that was told which passkeys there are need not say whose it is.
        device.handle = None
        assert (status, post(other, device.use(options))) == (200, 303)
        assert other.get("/admin/users").status_code == 200
    assert session().scalars(select(StaffSession.awaits_code)).all() == [False, False]


def test_the_second_step_of_one_person_is_not_anothers_passkey(
    app: Flask, client: Client, make: Factory, device: Device
) -> None:
    other, theirs = make.user("admin", language="en"), Device()
    client.sign_in(other.email)
    add(client, theirs)
    client.submit("/admin/account", {}, action="/logout")
    client.sign_in(other.email)
    assert enter(client, device) == 422
    assert "recovery codes" not in client.get("/login").text
    assert enter(client, theirs) == 303


def test_it_satisfies_a_company_that_wants_a_second_step(client: Client, make: Factory) -> None:
    make.setting("accounts.second_step", "admins")
    user, device = make.user("admin", language="en"), Device()
    client.sign_in(user.email)
    assert client.get("/admin/users").location == "/admin/account/totp"
    add(client, device)
    assert client.get("/admin/users").status_code == 200


def test_adding_one_takes_the_password_and_is_slowed_down_like_signing_in(client: Client, user: Staff) -> None:
    client.sign_in(user.email)
    tries = [asked(client, f"{PAGE}/options", password="not it") for _ in range(6)]
    assert [status for status, _ in tries] == [422] * 5 + [429]
    assert tries[0][1]["problem"] == "This is not your current password."
    assert session().scalars(select(SignInChallenge)).all() == []


def test_removing_one_takes_the_password_and_the_last_takes_the_codes_along(
    client: Client, user: Staff, device: Device
) -> None:
    enter(client, device)
    (passkey,) = session().scalars(select(Passkey)).all()
    page = f"{PAGE}/{passkey.id}"
    assert client.submit(page, {"password": "not it"}).status_code == 422
    assert client.submit(page, {"password": PASSWORD}).status_code == 303
    assert session().scalars(select(RecoveryCode)).all() == []
    client.submit("/admin/", {}, action="/logout")
    assert enter(client, device) == 422
    assert client.sign_in(user.email).location == "/admin/"
    assert client.get(page).status_code == 404
    assert client.submit("/admin/account", {"password": PASSWORD}, action=page).status_code == 404


def test_the_codes_stay_while_the_app_or_a_passkey_does(client: Client, make: Factory) -> None:
    user = make.user("admin", language="en", totp_secret=seal(SECRET), totp_since=NOW)
    with clock.showing(NOW):
        client.sign_in(user.email)
        client.submit("/login/code", {"code": code(NOW)})
        add(client, Device())
        later = NOW + timedelta(seconds=30)
        client.submit("/admin/account/totp", {"code": code(later)}, action="/admin/account/totp/drop")
        assert len(session().scalars(select(RecoveryCode)).all()) == 10
        (passkey,) = session().scalars(select(Passkey)).all()
        client.submit(f"{PAGE}/{passkey.id}", {"password": PASSWORD})
    assert session().scalars(select(RecoveryCode)).all() == []


def test_an_admin_takes_lost_passkeys_away(client: Client, make: Factory, user: Staff, device: Device) -> None:
    client.sign_in(make.user("admin", language="en").email)
    assert "Take the second step away" in client.get(f"/admin/users/{user.id}").text
    client.submit("/admin/users", {}, action=f"/admin/users/{user.id}/totp/remove")
    assert session().scalars(select(Passkey)).all() == []
    client.submit("/admin/", {}, action="/logout")
    assert client.sign_in(user.email).location == "/admin/"


def test_a_passkey_is_registered_once_and_twenty_are_enough(client: Client, user: Staff, device: Device) -> None:
    enter(client, device)
    _, options = asked(client, f"{PAGE}/options", password=PASSWORD)
    assert len(options["excludeCredentials"]) == 1
    assert client.submit(PAGE, {"credential": device.make(options)}).status_code == 422
    with transaction() as opened:
        for number in range(MOST_PASSKEYS - 1):
            opened.add(
                Passkey(
                    user_id=user.id, credential_id=str(number), public_key=b"", sign_count=0, transports=[], name="x",
                    created_at=NOW,
                )
            )  # fmt: skip
    status, said = asked(client, f"{PAGE}/options", password=PASSWORD)
    assert (status, "as many passkeys" in said["problem"]) == (422, True)


def test_what_is_asked_for_verifies_the_person_and_names_nobody(client: Client, user: Staff, device: Device) -> None:
    _, options = asked(client, "/login/passkey/options")
    assert (options["rpId"], options["userVerification"], options["allowCredentials"]) == ("localhost", "required", [])
    enter(client, device)
    _, first = asked(client, f"{PAGE}/options", password=PASSWORD)
    _, second = asked(client, f"{PAGE}/options", password=PASSWORD)
    assert first["authenticatorSelection"]["userVerification"] == "required"
    assert first["authenticatorSelection"]["residentKey"] == "required"
    assert first["user"]["id"] == second["user"]["id"]
    assert first["challenge"] != second["challenge"]
    assert first["attestation"] == "none"


@pytest.mark.parametrize(
    ("base_url", "sentence"),
    [
        ("http://127.0.0.1:8000", "was opened under another one"),
        ("http://shop.example", "neither a name nor https"),
        ("https://192.0.2.7", "neither a name nor https"),
    ],
)
def test_where_passkeys_cannot_work_a_sentence_says_so(
    app: Flask, client: Client, user: Staff, base_url: str, sentence: str
) -> None:
    assert "passkeys.js" in client.get("/login").text
    client.sign_in(user.email)
    assert "passkeys.js" in client.get(PAGE).text
    app.config["CXWEB"] = replace(app.config["CXWEB"], base_url=base_url)
    page = client.get(PAGE).text
    assert sentence in page
    assert "passkeys.js" not in page
    assert ("http://localhost:8000/admin/account/passkeys" in page) is ("8000" in base_url)
    token = token_of(client, "/admin/account")
    for path in (f"{PAGE}/options", PAGE, "/login/passkey/options", "/login/passkey"):
        assert client.post(path, {"csrf_token": token, "password": PASSWORD}).status_code == 404
    client.submit("/admin/", {}, action="/logout")
    assert "passkeys.js" not in client.get("/login").text
