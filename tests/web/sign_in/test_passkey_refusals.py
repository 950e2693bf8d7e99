"""Passkeys are refused wherever anything does not fit: elsewhere, too late, twice, tampered with, copied, guessed."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.accounts.models import Passkey, User
from cxweb.accounts.rules import CHALLENGE_PATIENCE, Staff
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from tests.factories import PASSWORD
from tests.page import Client, forget
from tests.passkeys import PAGE, Device, add, asked, browser, enter, post, token_of

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "http://localhost:8000"},
        {"origin": "https://localhost"},
        {"origin": "http://evil.example"},
        {"site": "evil.example"},
        {"verifies": False},
    ],
    ids=str,
)
def test_what_was_made_or_signed_elsewhere_or_for_nobody_is_refused(
    client: Client, user: Staff, device: Device, changes: dict[str, Any]
) -> None:
    odd = replace(device, **changes)
    assert enter(client, odd) == 422
    assert client.get("/admin/").status_code == 303
    assert enter(client, replace(device, count=device.count + 2)) == 303
    _, options = asked(client, f"{PAGE}/options", password=PASSWORD)
    fresh = Device(**changes)
    assert client.submit(PAGE, {"credential": fresh.make(options), "name": "x"}).status_code == 422
    assert len(session().scalars(select(Passkey)).all()) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"signature": b"nothing"},
        {"authenticatorData": b"short"},
        {"clientDataJSON": b"[" * 30_000},
        {"clientDataJSON": b'{"type": "webauthn.get"}'},
        {"userHandle": b"somebody else"},
    ],
    ids=["signature", "data", "deep", "bare", "handle"],
)
def test_an_answer_that_was_tampered_with_is_refused(client: Client, device: Device, changed: dict[str, bytes]) -> None:
    assert enter(client, device, **changed) == 422
    assert client.get("/admin/").status_code == 303


@pytest.mark.parametrize("text", ["", "x", "[]", "null", "{}", '{"id": 1}', '{"id": "a", "rawId": "a"}', "[" * 15_000])
def test_what_is_no_answer_at_all_is_refused(client: Client, device: Device, text: str) -> None:
    asked(client, "/login/passkey/options")
    assert post(client, text) == 422
    client.sign_in("key@example.com")
    assert post(client, text) == 422


def test_an_unknown_passkey_and_one_of_a_closed_account_look_the_same(
    client: Client, user: Staff, device: Device
) -> None:
    _, options = asked(client, "/login/passkey/options")
    stranger = Device(handle=device.handle)
    form = {"csrf_token": token_of(client, "/password"), "credential": stranger.use(options)}
    unknown = client.post("/login/passkey", form)
    with transaction() as opened:
        opened.get_one(User, user.id).disabled_at = clock.now()
    _, options = asked(client, "/login/passkey/options")
    form = {"csrf_token": token_of(client, "/password"), "credential": device.use(options)}
    closed = client.post("/login/passkey", form)
    assert (unknown.status_code, closed.status_code) == (422, 422)
    plain = [re.sub('value="[^"]{20,}"', "", page.text) for page in (unknown, closed)]
    assert plain[0] == plain[1]
    assert "This passkey does not open an account here." in plain[0]


def test_a_challenge_is_taken_once_and_for_five_minutes(client: Client, device: Device) -> None:
    with clock.showing(NOW):
        _, options = asked(client, "/login/passkey/options")
        cookie = client.session()
        answer = device.use(options)
        assert post(client, answer) == 303
        # The same cookie and answer again, as somebody would who has copied both.
        client.flask.set_cookie("cxweb", cookie)
        assert post(client, device.use(options)) == 422
        assert post(client, answer) == 422
        _, options = asked(client, "/login/passkey/options")
    with clock.showing(NOW + CHALLENGE_PATIENCE):
        assert post(client, device.use(options)) == 422
    assert client.get("/admin/").status_code == 303


def test_a_challenge_is_bound_to_the_browser_and_to_what_it_was_given_for(
    app: Flask, client: Client, user: Staff, device: Device
) -> None:
    other = browser(app)
    _, options = asked(other, "/login/passkey/options")
    asked(client, "/login/passkey/options")
    assert post(client, device.use(options)) == 422
    assert enter(client, device) == 303
    _, for_new = asked(client, f"{PAGE}/options", password=PASSWORD)
    assert post(client, device.use(for_new)) == 422


def test_a_copy_is_noticed_by_its_counter(client: Client, device: Device) -> None:
    copy = replace(device)
    assert enter(client, device) == 303
    client.submit("/admin/", {}, action="/logout")
    assert enter(client, copy) == 422
    assert session().scalars(select(AuditEntry.act).order_by(AuditEntry.id.desc())).first() == "passkey.copied"
    assert enter(client, device) == 303


def test_a_device_that_does_not_count_is_used_again_and_again(client: Client, user: Staff) -> None:
    device = Device(counts=False)
    client.sign_in(user.email)
    add(client, device)
    for _ in range(3):
        client.submit("/admin/", {}, action="/logout")
        assert enter(client, device) == 303


def test_wrong_answers_are_slowed_down_and_the_owner_gets_in_from_elsewhere(app: Flask, device: Device) -> None:
    guesser = browser(app)
    guesser.flask.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    tries = [enter(guesser, device, signature=b"guess") for _ in range(6)]
    assert tries == [422] * 5 + [429]
    owner = browser(app)
    assert enter(owner, device) == 303


def test_nobody_asks_without_end(client: Client) -> None:
    token = token_of(client, "/login")
    answers = [client.post("/login/passkey/options", {"csrf_token": token}) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[-1].headers["Retry-After"]


def test_no_answer_is_taken_without_the_pages_token(client: Client, device: Device) -> None:
    _, options = asked(client, "/login/passkey/options")
    forget()
    assert client.flask.post("/login/passkey", data={"credential": device.use(options)}).status_code == 400
