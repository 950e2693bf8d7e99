"""Passkeys: added with the password, both steps at once at the door, and refused wherever anything does not fit."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.accounts.models import Passkey, RecoveryCode, SignInChallenge, StaffSession, User
from cxweb.accounts.rules import CHALLENGE_PATIENCE, MOST_PASSKEYS, Staff
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.core.sealed import seal
from tests.factories import PASSWORD, Factory
from tests.page import Client, forget
from tests.passkeys import Device
from tests.web.test_second_step import SECRET, code

HERE = "/admin/account/passkeys"
NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)


def browser(app: Flask) -> Client:
    """One that asks for English before anybody is known."""
    made = Client(app)
    made.flask.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return made


@pytest.fixture
def client(app: Flask) -> Client:
    return browser(app)


@pytest.fixture
def user(make: Factory) -> Staff:
    return make.user("dispatcher", language="en", email="key@example.com")


def token_of(client: Client, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found.group(1)


def asked(client: Client, path: str, **form: str) -> tuple[int, dict[str, Any]]:
    """What the page's script is told before it asks the device."""
    page = {"/login/passkey/options": "/login"}.get(path, HERE)
    answer = client.post(path, {"csrf_token": token_of(client, page), **form})
    return answer.status_code, json.loads(answer.text)


def add(client: Client, device: Device, name: str = "Telephone") -> str:
    """Add the device's passkey; the page that is shown."""
    status, options = asked(client, f"{HERE}/options", password=PASSWORD)
    assert status == 200, options
    answer = client.submit(HERE, {"credential": device.make(options), "name": name})
    assert answer.status_code in {200, 303}, answer.text
    return answer.text


def enter(client: Client, device: Device, **changed: bytes) -> int:
    """Sign in with the passkey, from whichever page waits."""
    status, options = asked(client, "/login/passkey/options")
    assert status == 200
    return post(client, device.use(options, **changed))


def post(client: Client, credential: str) -> int:
    form = {"csrf_token": token_of(client, "/password"), "credential": credential, "next": "/admin/ratings"}
    return client.post("/login/passkey", form).status_code


@pytest.fixture
def device(client: Client, user: Staff) -> Device:
    """A device with a passkey of the user's, who has signed out since."""
    made = Device()
    client.sign_in(user.email)
    add(client, made)
    client.submit("/admin/", {}, action="/logout")
    return made


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
    tries = [asked(client, f"{HERE}/options", password="not it") for _ in range(6)]
    assert [status for status, _ in tries] == [422] * 5 + [429]
    assert tries[0][1]["problem"] == "This is not your current password."
    assert session().scalars(select(SignInChallenge)).all() == []


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
    _, options = asked(client, f"{HERE}/options", password=PASSWORD)
    fresh = Device(**changes)
    assert client.submit(HERE, {"credential": fresh.make(options), "name": "x"}).status_code == 422
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
        cookie = client.flask.get_cookie("cxweb")
        assert cookie
        answer = device.use(options)
        assert post(client, answer) == 303
        # The same cookie and answer again, as somebody would who has copied both.
        client.flask.set_cookie("cxweb", cookie.value)
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
    _, for_new = asked(client, f"{HERE}/options", password=PASSWORD)
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


def test_removing_one_takes_the_password_and_the_last_takes_the_codes_along(
    client: Client, user: Staff, device: Device
) -> None:
    enter(client, device)
    (passkey,) = session().scalars(select(Passkey)).all()
    page = f"{HERE}/{passkey.id}"
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
        client.submit(f"{HERE}/{passkey.id}", {"password": PASSWORD})
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
    _, options = asked(client, f"{HERE}/options", password=PASSWORD)
    assert len(options["excludeCredentials"]) == 1
    assert client.submit(HERE, {"credential": device.make(options)}).status_code == 422
    with transaction() as opened:
        for number in range(MOST_PASSKEYS - 1):
            opened.add(
                Passkey(
                    user_id=user.id, credential_id=str(number), public_key=b"", sign_count=0, transports=[], name="x",
                    created_at=NOW,
                )
            )  # fmt: skip
    status, said = asked(client, f"{HERE}/options", password=PASSWORD)
    assert (status, "as many passkeys" in said["problem"]) == (422, True)


def test_what_is_asked_for_verifies_the_person_and_names_nobody(client: Client, user: Staff, device: Device) -> None:
    _, options = asked(client, "/login/passkey/options")
    assert (options["rpId"], options["userVerification"], options["allowCredentials"]) == ("localhost", "required", [])
    enter(client, device)
    _, first = asked(client, f"{HERE}/options", password=PASSWORD)
    _, second = asked(client, f"{HERE}/options", password=PASSWORD)
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
    assert "passkeys.js" in client.get(HERE).text
    app.config["CXWEB"] = replace(app.config["CXWEB"], base_url=base_url)
    page = client.get(HERE).text
    assert sentence in page
    assert "passkeys.js" not in page
    assert ("http://localhost:8000/admin/account/passkeys" in page) is ("8000" in base_url)
    token = token_of(client, "/admin/account")
    for path in (f"{HERE}/options", HERE, "/login/passkey/options", "/login/passkey"):
        assert client.post(path, {"csrf_token": token, "password": PASSWORD}).status_code == 404
    client.submit("/admin/", {}, action="/logout")
    assert "passkeys.js" not in client.get("/login").text


def test_no_answer_is_taken_without_the_pages_token(client: Client, device: Device) -> None:
    _, options = asked(client, "/login/passkey/options")
    forget()
    assert client.flask.post("/login/passkey", data={"credential": device.use(options)}).status_code == 400
