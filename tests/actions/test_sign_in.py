"""Guessing passwords: what the rule allows, also when a hundred tries come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from cxweb.accounts.rules import FREE_ATTEMPTS, Failures, heard_from, network_of, wait_before_next
from cxweb.actions.sign_in import TooManyAttempts, WrongPassword, sign_in
from tests.factories import Factory

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("account", "from_address", "account_from_address", "until"),
    [
        (0, 0, 0, None),
        # Four wrong ones here: the fifth is heard at once; from the fifth on, each waits twice as long.
        (4, 4, 4, after(0)),
        (5, 5, 5, after(2)),
        (7, 7, 7, after(8)),
        (1000, 1000, 1000, after(300)),
        # The account is under attack from elsewhere: the first try from here is heard, a second one waits.
        (1000, 0, 0, None),
        (1000, 1, 1, after(300)),
        # This address tries many accounts, this one never before.
        (0, 6, 0, after(4)),
    ],
)
def test_when_the_next_try_is_heard(
    account: int, from_address: int, account_from_address: int, until: datetime | None
) -> None:
    def failures(count: int) -> Failures:
        return Failures(count, NOW if count else None)

    assert heard_from(account, failures(from_address), failures(account_from_address)) == until


def test_waiting_doubles_up_to_five_minutes() -> None:
    waits = [wait_before_next(n).total_seconds() for n in range(FREE_ATTEMPTS - 1, 20)]
    assert waits[:5] == [0, 2, 4, 8, 16]
    assert max(waits) == 300


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("localhost", "unknown"),
    ],
)
def test_one_ipv6_host_is_one_address(address: str, counts_as: str) -> None:
    assert network_of(address) == counts_as


def test_thirty_tries_at_once_are_not_all_the_first(app: Flask, make: Factory) -> None:
    user = make.user()

    def guess(n: int) -> str:
        with app.app_context():
            try:
                sign_in(user.email, f"guess {n}", "192.0.2.1")
            except (WrongPassword, TooManyAttempts) as error:
                return type(error).__name__
        return "in"

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(30)))
    assert answers.count("WrongPassword") <= FREE_ATTEMPTS + 2
    assert "in" not in answers
