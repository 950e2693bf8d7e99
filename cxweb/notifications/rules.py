"""Which messages an order causes, when each is due, what keeps it from leaving, and when it is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

ORDER_COMPLETED, INVITATION, REMINDER = "order-completed", "survey-invitation", "survey-reminder"
KINDS = (ORDER_COMPLETED, INVITATION, REMINDER)

# The sender may work on a message for this long; its calls to a gateway end after half of it.
LEASE = timedelta(seconds=60)
TIME_OUT = LEASE / 2
EXPIRY = timedelta(hours=24)
# The wait before each attempt, the first included.
RETRIES = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
JITTER = 0.3


# What has failed, expired or been suppressed counts as news for this long.
LATELY = timedelta(days=1)
# A due message that waits longer is an alarm, and so is a dead lease that no sweeper takes over.
OVERDUE, LEASE_OVERDUE = timedelta(minutes=5), timedelta(minutes=1)
# What a person may have corrected since the message was dropped; sending checks it again.
CORRIGIBLE = frozenset({"no_recipient", "invalid_recipient"})


# The opt-outs that a customer made with a link, and may take back with it.
SELF_MADE = frozenset({"link", "one_click"})
# Why the staff take a contact off the list: the customer wants messages again, it was put there by mistake, or the
# address or number has gone to somebody else.
LIFT_REASONS = ("wanted", "mistake", "other_person")


class MovedOn(Exception):
    """The message no longer stands as it was shown to whoever acts on it, so nothing is changed."""


@dataclass(frozen=True)
class Rest:
    """A gateway that failed several times in a row and is tried again at `until`."""

    channel: str
    until: datetime
    error: str | None


@dataclass(frozen=True)
class Health:
    """What of the outbox an operator must know. `by_state` counts what is on its way or in doubt, `ended_lately` what
    ended within LATELY; `oldest_pending` is how long the oldest due message has waited; `unwritten` are completed
    orders without a row."""

    by_state: Mapping[str, int]
    oldest_pending: timedelta | None
    retrying: int
    dead_leases: int
    oldest_dead_lease: timedelta | None
    ended_lately: Mapping[str, int]
    suppressed_lately: Mapping[str, int]
    resting: tuple[Rest, ...]
    unwritten: int

    @property
    def uncertain(self) -> int:
        return self.by_state["uncertain"]

    @property
    def alarms(self) -> list[str]:
        """What is wrong, the gravest first; empty where all runs its course."""
        causes = {
            "unwritten": self.unwritten,
            "resting": self.resting,
            "overdue": self.oldest_pending and self.oldest_pending > OVERDUE,
            "dead_leases": self.oldest_dead_lease and self.oldest_dead_lease > LEASE_OVERDUE,
            "retrying": self.retrying,
            "uncertain": self.uncertain,
            "failed": self.ended_lately["failed"],
        }
        return [name for name, holds in causes.items() if holds]


@dataclass(frozen=True)
class Timing:
    """When customers are asked: hot, with the completion's own message after `delay`; warm, some days later by a
    message of its own at a wall time of the depot's zone. No `reminder_days`: no reminder."""

    warm: bool
    delay: timedelta
    days: int
    at: time
    reminder_days: int


@dataclass(frozen=True)
class Due:
    """A message to be written into the outbox; `reason` set means it is suppressed at once."""

    dedupe_key: str
    kind: str
    channel: str
    recipient: str | None
    reason: str | None
    invites: bool
    due_at: datetime


@dataclass(frozen=True)
class Facts:
    """What deciding about a message takes, as it stands at the moment of sending."""

    kind: str
    status: str
    tracking_enabled: bool
    feedback_enabled: bool
    rated: bool
    # The channels the order, else the company, wants now.
    preference: str
    channel: str
    # What the customer's record holds for the channel, and the same checked and normalised.
    contact: str | None
    recipient: str | None
    opted_out: bool
    # Whether it would ask for a rating, whether the time for one is over, whether the order's stored draw lies beyond
    # the sampling percentage, and whether another order asked this person too recently.
    invites: bool
    closed: bool
    sampled_out: bool
    throttled: bool
    due_at: datetime
    quiet_hours: str
    zone: tzinfo


@dataclass(frozen=True)
class Skip:
    """The message does not leave: `suppressed` with the reason, or `expired`."""

    state: str
    reason: str


@dataclass(frozen=True)
class Delay:
    """The message leaves later."""

    until: datetime


def channels(preference: str) -> tuple[str, ...]:
    """The channels of `none`, `email`, `sms` or `both`."""
    return {"none": (), "email": ("email",), "sms": ("sms",), "both": ("email", "sms")}[preference]


def contact_text(channel: str, contact: str) -> str:
    """What of a normalised contact is digested; capitals in a mail address make no other person."""
    return f"{channel}:{contact.lower()}"


def seconds(waited: timedelta | None) -> int:
    """A wait in whole seconds; 0 where nothing waits."""
    return int(waited.total_seconds()) if waited is not None else 0


def can_resend(state: str, reason: str | None) -> bool:
    """Whether a person may have the message sent again; all that is checked at sending is checked again."""
    return state in {"uncertain", "failed", "expired"} or (state == "suppressed" and reason in CORRIGIBLE)


def can_settle(state: str) -> bool:
    """Whether a person may say that the message has arrived."""
    return state == "uncertain"


def completed_messages(
    order_id: int, preference: str, contacts: Mapping[str, str | None], timing: Timing, now: datetime, zone: tzinfo
) -> list[Due]:
    """The messages of an order that is completed now; the key makes each of them unique for ever.

    `contacts` are the customer's by channel. Asked warmly, the completion is told at once and the question comes later.
    """
    kinds = [(ORDER_COMPLETED, not timing.warm, now if timing.warm else now + timing.delay)]
    if timing.warm:
        kinds.append((INVITATION, True, days_later(now, timing.days, timing.at, zone)))
    return [
        Due(
            dedupe_key=f"{kind}:{order_id}:{channel}",
            kind=kind,
            channel=channel,
            recipient=contacts.get(channel),
            reason=None if contacts.get(channel) else "no_recipient",
            invites=invites,
            due_at=due_at,
        )
        for kind, invites, due_at in kinds
        for channel in channels(preference)
    ]


def reminder(
    order_id: int, channel: str, recipient: str | None, timing: Timing, sent_at: datetime, zone: tzinfo
) -> Due | None:
    """The one reminder of an order whose invitation was sent; None where none is wanted.

    Its key names no channel: of two invitations the first one sent brings it.
    """
    if not timing.reminder_days:
        return None
    due_at = days_later(sent_at, timing.reminder_days, timing.at, zone)
    return Due(f"{REMINDER}:{order_id}", REMINDER, channel, recipient, None, invites=True, due_at=due_at)


def days_later(start: datetime, days: int, at: time, zone: tzinfo) -> datetime:
    """So many calendar days of the zone after an instant, at a wall time, in UTC; the first where it occurs twice."""
    day = start.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, at, zone).astimezone(UTC)


def obstacle(facts: Facts, now: datetime) -> Skip | Delay | None:
    """What keeps a due message from leaving at this instant; None where nothing does."""
    reason = _suppression(facts)
    if reason is not None:
        return Skip("suppressed", reason)
    if now >= facts.due_at + EXPIRY:
        return Skip("expired", "too_late")
    until = quiet_until(facts.quiet_hours, facts.zone, now)
    return Delay(until) if until is not None else None


def _suppression(facts: Facts) -> str | None:
    causes = (
        ("not_completed", facts.status != "completed"),
        ("tracking_off", not facts.tracking_enabled),
        ("feedback_off", not facts.feedback_enabled),
        ("already_rated", facts.rated),
        ("channel_off", facts.channel not in channels(facts.preference)),
        ("no_recipient", not facts.contact),
        ("invalid_recipient", facts.recipient is None),
        ("opted_out", facts.opted_out),
        # A message that is nothing but the question falls with it; the notice of the completion never does.
        (uninvited(facts), facts.kind != ORDER_COMPLETED and uninvited(facts) is not None),
    )
    return next((reason for reason, holds in causes if holds), None)


def uninvited(facts: Facts) -> str | None:
    """Why a message does not ask for a rating although it was meant to; None where it asks, or never was to."""
    causes = (("survey_closed", facts.closed), ("sampled_out", facts.sampled_out), ("throttled", facts.throttled))
    return next((reason for reason, holds in causes if holds and facts.invites), None)


def quiet_until(hours: str, zone: tzinfo, now: datetime) -> datetime | None:
    """When the quiet hours (`21:00-08:00`, `off`) that hold at this instant end, in UTC; None outside them."""
    if hours == "off":
        return None
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    local = now.astimezone(zone)
    wall = local.time()
    quiet = start <= wall < end if start <= end else wall >= start or wall < end
    if not quiet:
        return None
    day = local.date() if wall < end else local.date() + timedelta(days=1)
    until = datetime.combine(day, end, zone)
    if until.astimezone(UTC) <= now:
        # The clock was set back over the end of the hours: their second end counts.
        until = until.replace(fold=1)
    return until.astimezone(UTC)


def next_attempt_at(attempts: int, now: datetime, draw: float) -> datetime | None:
    """When a message that was refused for now is tried again; None after the last attempt.

    `attempts` were made, the refused one included; `draw` is a random number from 0 to 1 that spreads the retries.
    """
    if attempts >= len(RETRIES):
        return None
    return now + RETRIES[attempts] * (1 - JITTER + 2 * JITTER * draw)
