"""When a message may leave, waits, or is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cxweb.notifications.rules import (
    RETRIES,
    Delay,
    Facts,
    Skip,
    channels,
    completed_messages,
    next_attempt_at,
    obstacle,
    quiet_until,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 17, 13, 0, tzinfo=UTC)
FACTS = Facts(
    status="completed",
    tracking_enabled=True,
    feedback_enabled=True,
    rated=False,
    preference="both",
    channel="email",
    contact="a@example.com",
    recipient="a@example.com",
    due_at=NOW,
    quiet_hours="off",
    zone=PARIS,
)


def test_nothing_stands_in_the_way_of_a_due_message() -> None:
    assert obstacle(FACTS, NOW) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "arrived"}, "not_completed"),
        ({"status": "cancelled"}, "not_completed"),
        ({"tracking_enabled": False}, "tracking_off"),
        ({"feedback_enabled": False}, "feedback_off"),
        ({"rated": True}, "already_rated"),
        ({"preference": "none"}, "channel_off"),
        ({"preference": "sms"}, "channel_off"),
        ({"contact": None, "recipient": None}, "no_recipient"),
        ({"contact": "", "recipient": None}, "no_recipient"),
        ({"contact": "nobody", "recipient": None}, "invalid_recipient"),
    ],
)
def test_what_is_no_longer_wanted_is_suppressed_with_its_reason(change: dict[str, object], reason: str) -> None:
    assert obstacle(replace(FACTS, **change), NOW) == Skip("suppressed", reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "expected"),
    [(timedelta(hours=23, minutes=59), None), (timedelta(hours=24), Skip("expired", "too_late"))],
)
def test_a_message_expires_a_day_after_it_was_due(age: timedelta, expected: Skip | None) -> None:
    assert obstacle(replace(FACTS, due_at=NOW - age), NOW) == expected


def test_quiet_hours_delay_and_never_drop() -> None:
    night = datetime(2026, 11, 17, 22, 30, tzinfo=UTC)
    facts = replace(FACTS, quiet_hours="21:00-08:00", due_at=night)
    assert obstacle(facts, night) == Delay(datetime(2026, 11, 18, 7, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        # November in Paris: UTC + 1 h.
        ("off", "2026-11-17T02:00", None),
        ("21:00-08:00", "2026-11-17T19:59", None),
        ("21:00-08:00", "2026-11-17T20:00", "2026-11-18T07:00"),
        ("21:00-08:00", "2026-11-17T23:30", "2026-11-18T07:00"),
        ("21:00-08:00", "2026-11-18T06:59", "2026-11-18T07:00"),
        ("21:00-08:00", "2026-11-18T07:00", None),
        ("12:00-14:00", "2026-11-17T11:00", "2026-11-17T13:00"),
        ("12:00-14:00", "2026-11-17T13:00", None),
        ("08:00-08:00", "2026-11-17T07:00", None),
        # The night the clocks go forward, 02:00 → 03:00: 08:00 is an hour sooner.
        ("21:00-08:00", "2026-03-28T23:00", "2026-03-29T06:00"),
        # An end that does not exist on that day: the instant it would have been.
        ("21:00-02:30", "2026-03-28T23:00", "2026-03-29T01:30"),
        # The night the clocks go back, 03:00 → 02:00: the second 02:15 is quiet until the second 02:30.
        ("21:00-02:30", "2026-10-25T00:15", "2026-10-25T00:30"),
        ("21:00-02:30", "2026-10-25T00:45", None),
        ("21:00-02:30", "2026-10-25T01:15", "2026-10-25T01:30"),
    ],
)
def test_quiet_hours_are_read_in_the_zone(hours: str, now: str, until: str | None) -> None:
    expected = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    assert quiet_until(hours, PARIS, datetime.fromisoformat(now).replace(tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 120), (3, 600), (4, 3_600), (5, 14_400), (6, 43_200), (7, None)]
)
def test_retries_come_later_each_time_and_end(attempts: int, seconds: int | None) -> None:
    middle = next_attempt_at(attempts, NOW, 0.5)
    assert middle == (None if seconds is None else NOW + timedelta(seconds=seconds))
    if seconds is not None:
        assert next_attempt_at(attempts, NOW, 0.0) == NOW + timedelta(seconds=seconds * 0.7)
        assert next_attempt_at(attempts, NOW, 1.0) == NOW + timedelta(seconds=seconds * 1.3)


def test_the_last_retry_comes_before_the_message_expires() -> None:
    assert sum(RETRIES, timedelta(0)) * 1.3 < timedelta(hours=24)


@pytest.mark.parametrize(
    ("preference", "expected"),
    [("none", ()), ("email", ("email",)), ("sms", ("sms",)), ("both", ("email", "sms"))],
)
def test_the_preference_names_the_channels(preference: str, expected: tuple[str, ...]) -> None:
    assert channels(preference) == expected


def test_each_channel_gets_one_key_for_ever_and_a_missing_recipient_is_told() -> None:
    messages = completed_messages(7, "both", "a@example.com", None)
    assert [(m.dedupe_key, m.recipient, m.reason) for m in messages] == [
        ("order-completed:7:email", "a@example.com", None),
        ("order-completed:7:sms", None, "no_recipient"),
    ]
