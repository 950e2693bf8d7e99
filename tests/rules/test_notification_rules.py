"""When a message may leave, waits, or is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cxweb.notifications.rules import (
    RETRIES,
    Delay,
    Facts,
    Skip,
    Timing,
    channels,
    completed_messages,
    days_later,
    next_attempt_at,
    obstacle,
    quiet_until,
    reminder,
    uninvited,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 17, 13, 0, tzinfo=UTC)
FACTS = Facts(
    kind="order-completed",
    status="completed",
    tracking_enabled=True,
    feedback_enabled=True,
    rated=False,
    preference="both",
    channel="email",
    contact="a@example.com",
    recipient="a@example.com",
    opted_out=False,
    invites=True,
    closed=False,
    sampled_out=False,
    throttled=False,
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
        ({"opted_out": True}, "opted_out"),
        ({"kind": "survey-invitation", "throttled": True}, "throttled"),
        ({"kind": "survey-invitation", "sampled_out": True}, "sampled_out"),
        ({"kind": "survey-reminder", "closed": True}, "survey_closed"),
        ({"kind": "survey-reminder", "rated": True}, "already_rated"),
        ({"kind": "survey-reminder", "opted_out": True}, "opted_out"),
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


CONTACTS = {"email": "a@example.com", "sms": None}
HOT = Timing(warm=False, delay=timedelta(minutes=90), days=3, at=time(10), reminder_days=0)
WARM = replace(HOT, warm=True)


def test_each_channel_gets_one_key_for_ever_and_a_missing_recipient_is_told() -> None:
    messages = completed_messages(7, "both", CONTACTS, HOT, NOW, PARIS)
    assert [(m.dedupe_key, m.recipient, m.reason, m.invites, m.due_at) for m in messages] == [
        ("order-completed:7:email", "a@example.com", None, True, NOW + timedelta(minutes=90)),
        ("order-completed:7:sms", None, "no_recipient", True, NOW + timedelta(minutes=90)),
    ]


def test_asked_warmly_the_completion_is_told_at_once_and_the_question_comes_days_later() -> None:
    messages = completed_messages(7, "email", CONTACTS, WARM, NOW, PARIS)
    assert [(m.dedupe_key, m.invites, m.due_at) for m in messages] == [
        ("order-completed:7:email", False, NOW),
        ("survey-invitation:7:email", True, datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("start", "days", "at", "zone", "due_at"),
    [
        # Late in the evening in Paris it is still the day before in New York, and already the next one in Nouméa.
        ("2026-11-17T22:30", 1, "10:00", "Europe/Paris", "2026-11-18T09:00"),
        ("2026-11-17T03:30", 1, "10:00", "America/New_York", "2026-11-17T15:00"),
        ("2026-11-17T22:30", 1, "10:00", "Pacific/Noumea", "2026-11-18T23:00"),
        # Across both changes of clocks the wall time stays.
        ("2026-03-27T12:00", 3, "10:00", "Europe/Paris", "2026-03-30T08:00"),
        ("2026-10-23T12:00", 3, "10:00", "Europe/Paris", "2026-10-26T09:00"),
        # A wall time that does not exist is an hour later on the clock, one that occurs twice is the first.
        ("2026-03-28T12:00", 1, "02:30", "Europe/Paris", "2026-03-29T01:30"),
        ("2026-10-24T12:00", 1, "02:30", "Europe/Paris", "2026-10-25T00:30"),
        ("2028-02-28T12:00", 1, "10:00", "Indian/Reunion", "2028-02-29T06:00"),
    ],
)
def test_days_later_is_a_wall_time_of_the_zone(start: str, days: int, at: str, zone: str, due_at: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(due_at).replace(tzinfo=UTC)
    assert days_later(begun, days, time.fromisoformat(at), ZoneInfo(zone)) == expected


def test_a_reminder_has_one_key_whatever_the_channel_and_none_where_it_is_off() -> None:
    assert reminder(7, "email", "a@example.com", HOT, NOW, PARIS) is None
    found = reminder(7, "sms", "+33612345678", replace(HOT, reminder_days=2), NOW, PARIS)
    assert found is not None
    assert (found.dedupe_key, found.due_at) == ("survey-reminder:7", datetime(2026, 11, 19, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"closed": True}, "survey_closed"),
        ({"throttled": True}, "throttled"),
        ({"sampled_out": True}, "sampled_out"),
        ({"sampled_out": True, "throttled": True}, "sampled_out"),
        ({"invites": False, "throttled": True}, None),
    ],
)
def test_the_completions_message_loses_its_question_and_still_leaves(
    change: dict[str, object], reason: str | None
) -> None:
    facts = replace(FACTS, **change)  # type: ignore[arg-type]
    assert (uninvited(facts), obstacle(facts, NOW)) == (reason, None)
