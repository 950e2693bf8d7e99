"""The demo's rows as plain facts, before anything is written."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class DemoCustomer:
    ref: str
    name: str
    email: str | None
    phone: str
    language: str
    address_line: str
    postcode: str
    city: str


@dataclass(frozen=True)
class DemoDriver:
    ref: str
    name: str
    depot: str
    route: str
    # How much this person's customers lean towards more stars, around 0.
    charm: float


@dataclass(frozen=True)
class DemoStep:
    """A step of an order's history."""

    status: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True)
class DemoMessage:
    """A row of the outbox."""

    channel: str
    recipient: str | None
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None = None
    reason: str | None = None
    last_error: str | None = None


@dataclass(frozen=True)
class DemoAnswers:
    """What else a customer answered, each None or empty where it was left out."""

    nps: int | None = None
    ces: int | None = None
    open: str | None = None
    # Code and cause.
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DemoRating:
    stars: int
    comment: str | None
    answered_at: datetime
    # None where the survey of that day asked nothing else.
    further: DemoAnswers | None = None


@dataclass
class DemoOrder:
    """One order with all that hangs on it; its history decides its status."""

    ref: str
    customer: DemoCustomer
    crew: tuple[DemoDriver, ...]
    depot: str
    depot_name: str
    channel: str
    tags: tuple[str, ...]
    notify: str
    created_at: datetime
    promised_from: datetime
    promised_to: datetime
    eta: datetime | None = None
    history: list[DemoStep] = field(default_factory=list)
    messages: list[DemoMessage] = field(default_factory=list)
    rating: DemoRating | None = None

    @property
    def status(self) -> str:
        return self.history[-1].status

    @property
    def completed_at(self) -> datetime | None:
        return self.history[-1].at if self.status == "completed" else None

    @property
    def late(self) -> bool:
        return self.completed_at is not None and self.completed_at > self.promised_to
