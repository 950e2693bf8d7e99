"""Sessions: listed and ended one by one, gone with the password, after hours without a click, after a day."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.accounts.models import StaffSession
from cxweb.core import clock
from cxweb.core.db import session
from tests.factories import PASSWORD, Factory
from tests.page import Client
from tests.web.test_login import try_to_sign_in

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
HERE = "/admin/account"
CHOSEN = "four words that differ"


@pytest.fixture
def two(app: Flask, client: Client, make: Factory) -> tuple[Client, Client]:
    """One person, signed in with two browsers."""
    user = make.user("dispatcher", language="en", email="ann@example.com")
    other = Client(app)
    for browser in (client, other):
        browser.sign_in(user.email)
    return client, other


def change(client: Client, current: str, new: str) -> int:
    return client.submit(HERE, {"current": current, "password": new}, action=f"{HERE}/password").status_code


def test_a_person_sees_and_ends_the_own_sessions_only(app: Flask, two: tuple[Client, Client], make: Factory) -> None:
    here, there = two
    bystander = Client(app)
    bystander.sign_in(make.user("dispatcher").email)
    page = here.get(HERE).text
    (digest,) = re.findall(r'name="session" value="(\w{64})"', page)
    foreign = re.findall(r'name="session" value="(\w{64})"', page)
    assert foreign == [digest]
    (others,) = set(session().scalars(select(StaffSession.token_digest).where(StaffSession.user_id == 2)))
    here.submit(HERE, {"session": others}, action=f"{HERE}/sessions/end")
    assert bystander.get(HERE).status_code == 200
    here.submit(HERE, {"session": digest}, action=f"{HERE}/sessions/end")
    assert there.get(HERE).status_code == 303
    assert here.get(HERE).status_code == 200
    there.sign_in("ann@example.com")
    here.submit(HERE, {}, action=f"{HERE}/sessions/end")
    assert there.get(HERE).status_code == 303


def test_a_new_password_ends_every_session_and_goes_on_with_a_new_one(two: tuple[Client, Client]) -> None:
    here, there = two
    before = here.session()
    assert change(here, "not the password", CHOSEN) == 422
    assert change(here, PASSWORD, "short") == 422
    assert change(here, PASSWORD, "Password1234") == 422
    assert there.get(HERE).status_code == 200
    assert change(here, PASSWORD, CHOSEN) == 303
    assert here.get(HERE).status_code == 200
    assert there.get(HERE).status_code == 303
    there.flask.set_cookie("cxweb", before)
    assert there.get(HERE).status_code == 303
    there.sign_in("ann@example.com", CHOSEN)


def test_guessing_the_password_in_an_open_browser_is_slowed(two: tuple[Client, Client]) -> None:
    with clock.showing(clock.now()):
        codes = [change(two[0], f"wrong {n}", CHOSEN) for n in range(6)]
    assert codes == [422] * 5 + [429]


def test_a_session_nobody_uses_ends_and_one_that_refreshes_itself_is_not_used(client: Client, make: Factory) -> None:
    make.setting("sessions.idle_minutes", "60")
    with clock.showing(NOW):
        client.sign_in(make.user("dispatcher").email)
    for minutes in (50, 100, 150):
        with clock.showing(NOW + timedelta(minutes=minutes)):
            assert client.get("/admin/orders").status_code == 200
    with clock.showing(NOW + timedelta(minutes=200)):
        assert client.get("/admin/live/changes?v=0").status_code in {200, 204}
    with clock.showing(NOW + timedelta(minutes=211)):
        assert client.get("/admin/orders").status_code == 303


def test_a_session_ends_after_the_companys_hours_whatever_is_done(client: Client, make: Factory) -> None:
    make.setting("sessions.hours", "2")
    with clock.showing(NOW):
        client.sign_in(make.user("dispatcher").email)
    for minutes in (60, 119):
        with clock.showing(NOW + timedelta(minutes=minutes)):
            assert client.get("/admin/orders").status_code == 200
    with clock.showing(NOW + timedelta(minutes=120)):
        assert client.get("/admin/orders").status_code == 303


def test_thirty_wrong_passwords_slow_the_guesser_and_not_the_owner(client: Client, make: Factory) -> None:
    """P13, with its figures: heard of thirty, and the seconds a patient guesser needs for them."""
    user = make.user()
    with clock.showing(NOW):
        at_once = [try_to_sign_in(client, user.email, f"wrong {n}") for n in range(30)]
        assert at_once.count(422) == 5
        assert at_once.count(429) == 25
    passed, heard = timedelta(0), 5
    while heard < 30:
        passed += timedelta(seconds=30)
        with clock.showing(NOW + passed):
            heard += try_to_sign_in(client, user.email, f"wrong {heard}") == 422
    assert passed > timedelta(minutes=30)
    with clock.showing(NOW + passed):
        assert try_to_sign_in(client, user.email, PASSWORD, "192.0.2.77") == 303
