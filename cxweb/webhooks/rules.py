"""Which events there are, what one looks like, and when an endpoint is given up."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

ORDER_COMPLETED, RATING_CREATED, RATING_LOW, TEST = "order.completed", "rating.created", "rating.low", "test"
EVENTS = (ORDER_COMPLETED, RATING_CREATED, RATING_LOW)
DELIVERY_STATES = ("pending", "sending", "sent", "failed", "suppressed")
REPLAYABLE = ("sent", "failed", "suppressed")
# Who switched an endpoint off: the staff, or the product because its server kept failing.
DISABLED = ("staff", "failing")

# A call ends after this, whatever the other side does; the lease outlasts it, with the resolving of the name.
TIME_OUT = timedelta(seconds=10)
LEASE = timedelta(seconds=60)
# Failing for this long, over at least so many attempts, is persistent.
GIVE_UP_AFTER, GIVE_UP_FAILURES = timedelta(hours=24), 7
# Both secrets sign for this long after a rotation.
OVERLAP = timedelta(hours=24)
KEPT = timedelta(days=30)
# What is due leaves within seconds; after this somebody should know.
OVERDUE = timedelta(minutes=5)
LATELY = timedelta(days=1)
LONGEST_NAME = 80
# What a receiver says that wants nothing more, ever.
GONE = 410
SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins


@dataclass(frozen=True)
class WebhookHealth:
    """What of the outgoing events an operator must know. `oldest_due` is how long the oldest due one has waited at an
    endpoint that is on; `failing` endpoints are on, but their server fails; `failed_lately` ended within LATELY."""

    oldest_due: timedelta | None
    failing: int
    given_up: int
    failed_lately: int

    @property
    def overdue(self) -> bool:
        return self.oldest_due is not None and self.oldest_due > OVERDUE


class InvalidEndpoint(ValueError):
    """What was given makes no endpoint; the text is the field, `problem` what is wrong with it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field)
        self.problem = problem


class UnknownEndpoint(LookupError):
    """No such endpoint or delivery, or none within the perimeter: the two look the same."""


def can_replay(state: str) -> bool:
    """Whether a person may have it posted again. A receiver knows a repeat by its id."""
    return state in REPLAYABLE


def secret_of(random: bytes) -> str:
    """A secret as the standard writes it."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def body_of(event: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The body of an event, the same bytes at every attempt for the same data."""
    told = {"type": event, "timestamp": at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def gives_up(failures: int, failing_since: datetime | None, now: datetime) -> bool:
    """Whether a server has failed so long and so often that it is called no more."""
    return failing_since is not None and failures >= GIVE_UP_FAILURES and now - failing_since >= GIVE_UP_AFTER
