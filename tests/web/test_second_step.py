"""The second step: set up with an app, asked at the door, no code taken twice, recovered without the phone."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from cxweb.accounts.models import RecoveryCode, SignInAttempt, StaffSession, User
from cxweb.accounts.rules import MOST_CODES
from cxweb.actions.steps.check_code import code_account
from cxweb.core import clock, tokens
from cxweb.core.db import session, transaction
from cxweb.core.sealed import seal, unseal
from tests.factories import PASSWORD, Factory
from tests.page import Client

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
HERE = "/admin/account/totp"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def code(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(at)


@pytest.fixture
def user_email(make: Factory) -> str:
    """Somebody whose second step is in force."""
    email = "step@example.com"
    make.user("dispatcher", email=email, language="en", totp_secret=seal(SECRET), totp_since=NOW)
    return email


def password_of(client: Client, email: str) -> None:
    answer = client.submit(
        "/login?next=/admin/ratings", {"email": email, "password": PASSWORD, "next": "/admin/ratings"}
    )
    assert (answer.status_code, answer.location) == (303, "/login/code?next=%2Fadmin%2Fratings")


def enter(client: Client, text: str) -> int:
    return client.submit("/login/code", {"code": text, "next": "/admin/ratings"}).status_code


def test_setting_it_up_takes_a_code_and_gives_recovery_codes(app: Flask, client: Client, make: Factory) -> None:
    user = make.user("dispatcher", language="en")
    with clock.showing(NOW):
        client.sign_in(user.email)
        assert client.submit(HERE, {"password": "not it"}).status_code == 422
        assert client.submit(HERE, {"password": PASSWORD}).status_code == 303
        page = client.get(HERE).text
        found = re.search(r'class="key">([A-Z2-7]{32})<', page)
        assert found
        totp = pyotp.TOTP(found.group(1))
        assert "<svg" in page
        assert client.submit(HERE, {"code": "000000"}, action=f"{HERE}/confirm").status_code == 422
        client.submit("/admin/", {}, action="/logout")
        # Not in force before its first code, so nobody is locked out by half of it.
        assert client.sign_in(user.email).location == "/admin/"
        codes = client.submit(HERE, {"code": totp.at(NOW)}, action=f"{HERE}/confirm").text
    given = re.findall(r"<code>([a-z2-9-]{29})</code>", codes)
    assert len(set(given)) == 10
    digests = session().scalars(select(RecoveryCode.digest)).all()
    assert len(digests) == 10
    assert not any(one in str(digests) for one in given)
    with clock.showing(NOW):
        assert found.group(1) not in client.get(HERE).text
        # What is in force stays so.
        client.submit("/admin/account", {"password": PASSWORD}, action=HERE)
    sealed = session().scalars(select(User.totp_secret)).one()
    assert sealed is not None
    assert (unseal(sealed), found.group(1) in sealed) == (found.group(1), False)


def test_the_door_asks_for_it_and_takes_no_code_twice(app: Flask, client: Client, user_email: str) -> None:
    with clock.showing(NOW):
        password_of(client, user_email)
        assert client.get("/admin/").status_code == 303
        assert client.get("/admin/account").status_code == 303
        assert enter(client, "000000") == 422
        assert enter(client, code(NOW)) == 303
        assert client.get("/admin/ratings").status_code == 200
        other = Client(app)
        password_of(other, user_email)
        assert enter(other, code(NOW)) == 422
        # One of the step before would be older than the last that was taken.
        assert enter(other, code(NOW - timedelta(seconds=30))) == 422
        assert enter(other, code(NOW + timedelta(seconds=30))) == 303


def test_the_session_is_renewed_with_the_code_and_the_waiting_one_opens_nothing(
    client: Client, user_email: str
) -> None:
    with clock.showing(NOW):
        password_of(client, user_email)
        waiting = client.session()
        assert enter(client, code(NOW)) == 303
        assert waiting != client.session()
        client.flask.set_cookie("cxweb", waiting)
        assert client.get("/admin/").status_code == 303
        assert client.get("/login/code").location == "/login"
    assert session().scalars(select(StaffSession.awaits_code)).all() == [False]


def test_the_code_is_waited_for_ten_minutes_and_five_tries(app: Flask, client: Client, user_email: str) -> None:
    with clock.showing(NOW):
        password_of(client, user_email)
        tries = [enter(client, "000000") for _ in range(5)]
        assert tries == [422] * 5
    with clock.showing(NOW + timedelta(minutes=5)):
        answer = client.submit("/login/code", {"code": code(NOW + timedelta(minutes=5))})
        assert (answer.status_code, answer.location) == (303, "/login")
    with clock.showing(NOW + timedelta(minutes=30)):
        password_of(client, user_email)
    with clock.showing(NOW + timedelta(minutes=41)):
        assert client.get("/login/code").location == "/login"


def test_wrong_codes_are_slowed_down_like_passwords(app: Flask, client: Client, user_email: str) -> None:
    with clock.showing(NOW):
        password_of(client, user_email)
        for _ in range(5):
            enter(client, "000000")
        again = Client(app)
        assert again.submit("/login", {"email": user_email, "password": PASSWORD}).status_code == 429


def test_guessing_from_everywhere_leaves_the_owner_the_recovery_codes(client: Client, user_email: str) -> None:
    with clock.showing(NOW):
        user_id = session().scalars(select(User.id)).one()
        with transaction() as opened:
            opened.add(RecoveryCode(digest=digest("abcd-efgh"), user_id=user_id))
            opened.add_all(
                SignInAttempt(account=code_account(user_id), address=f"198.51.100.{n}", at=NOW)
                for n in range(MOST_CODES)
            )
        password_of(client, user_email)
        assert enter(client, code(NOW)) == 422
    with clock.showing(NOW + timedelta(minutes=5)):
        assert enter(client, "ABCD EFGH") == 303
        assert client.get("/admin/ratings").status_code == 200


def digest(text: str) -> str:
    return tokens.digest(text.replace("-", ""))


def test_a_recovery_code_opens_once(app: Flask, client: Client, user_email: str) -> None:
    with transaction() as opened:
        opened.add(RecoveryCode(digest=digest("abcd-efgh"), user_id=session().scalars(select(User.id)).one()))
    with clock.showing(NOW):
        password_of(client, user_email)
        assert enter(client, "abcd-efgh") == 303
        other = Client(app)
        password_of(other, user_email)
        assert enter(other, "abcd-efgh") == 422


def test_turning_it_off_and_new_recovery_codes_take_a_code(client: Client, user_email: str) -> None:
    with clock.showing(NOW):
        password_of(client, user_email)
        enter(client, code(NOW))
        for act in ("codes", "drop"):
            assert client.submit(HERE, {"code": code(NOW)}, action=f"{HERE}/{act}").status_code == 422
        later = NOW + timedelta(seconds=30)
        page = client.submit(HERE, {"code": code(later)}, action=f"{HERE}/codes").text
        recovery = re.findall(r"<code>([a-z2-9-]{29})</code>", page)[0]
        assert client.submit(HERE, {"code": recovery}, action=f"{HERE}/drop").status_code == 303
    session().expire_all()
    assert session().scalars(select(User.totp_secret)).one() is None
    assert session().scalars(select(RecoveryCode)).all() == []


def test_an_admin_takes_a_lost_second_step_away(client: Client, make: Factory, user_email: str) -> None:
    client.sign_in(make.user("admin", language="en", email="ines@example.com").email)
    user_id = session().scalars(select(User.id).where(User.email == user_email)).one()
    client.submit("/admin/users", {}, action=f"/admin/users/{user_id}/totp/remove")
    client.submit("/admin/", {}, action="/logout")
    client.sign_in(user_email)


def test_where_the_company_wants_it_an_admin_sets_it_up_before_anything_else(client: Client, make: Factory) -> None:
    make.setting("accounts.second_step", "admins")
    dispatcher = make.user("dispatcher")
    client.sign_in(make.user("admin", language="en").email)
    for path in ("/admin/", "/admin/users", "/admin/orders", "/admin/audit/export"):
        assert client.get(path).location == HERE, path
    assert client.submit(HERE, {"status": "completed"}, action="/admin/orders/1/status").location == HERE
    assert client.get("/admin/account").status_code == 200
    with transaction() as opened:
        opened.execute(update(User).where(User.role == "admin").values(totp_secret=seal(SECRET), totp_since=NOW))
    assert client.get("/admin/users").status_code == 200
    client.submit("/admin/account", {}, action="/logout")
    client.sign_in(dispatcher.email)
    assert client.get("/admin/orders").status_code == 200
    make.setting("accounts.second_step", "everybody")
    assert client.get("/admin/orders").location == HERE
