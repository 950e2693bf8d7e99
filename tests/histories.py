"""Random histories of a small company, acted out through the product, and every figure asked of it afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from cxweb.accounts.rules import Operator, Perimeter
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.change_settings import change_settings
from cxweb.actions.check_rollups import check_rollups
from cxweb.actions.edit_survey import edit_survey
from cxweb.actions.lift_spam import lift_spam
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.opt_out_customer import opt_out_customer
from cxweb.actions.rate_order import rate_order
from cxweb.actions.record_opening import record_opening
from cxweb.actions.record_phone_rating import record_phone_rating
from cxweb.actions.record_receipt import record_receipt
from cxweb.actions.refresh_rollups import refresh_rollups
from cxweb.actions.save_order import save_order
from cxweb.actions.send_notifications import send_notifications
from cxweb.company.models import Depot
from cxweb.company.queries import forget_settings
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import Base, db, session, transaction
from cxweb.core.senders.receipts import Receipt
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from cxweb.orders.rules import ForbiddenTransition
from cxweb.ratings.rules import Answer, CannotRate, CannotRecord, InvalidAnswer, NothingToMark
from cxweb.surveys.queries import current, forget

ZONES = ("Europe/Paris", "America/New_York", "Indian/Reunion", "Pacific/Noumea", "America/St_Johns", "Africa/Cairo")
# Around changes of clocks, ends of months and years, and a 29 February.
STARTS = (
    datetime(2026, 10, 24, 21, tzinfo=UTC),
    datetime(2026, 3, 28, 20, tzinfo=UTC),
    datetime(2026, 11, 1, 2, tzinfo=UTC),
    datetime(2024, 2, 28, 20, tzinfo=UTC),
    datetime(2026, 12, 31, 9, tzinfo=UTC),
    datetime(2027, 1, 31, 18, tzinfo=UTC),
)
BY = Operator()
REFUSALS = (CannotRate, CannotRecord, InvalidAnswer, NothingToMark, ForbiddenTransition)
Act = Callable[["History"], object]


@dataclass
class History:
    """What happens is decided by the random numbers; the clock never goes back."""

    random: Random
    now: datetime
    refs: list[str] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return by_ref(self.random.choice(self.refs), Perimeter())

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def fields(self) -> OrderFields:
        crew = self.random.sample(["A", "B", "C"], self.random.choice((0, 1, 1, 2, 3)))
        return OrderFields(
            drivers=[{"ref": ref, "name": f"Driver {ref}"} for ref in crew],
            depot=self.random.choice(("LYON", "PARIS", "SUD", None)),
            channel=self.random.choice(("delivery", "pickup")),
            tags=self.random.sample(["x", "y"], self.random.randrange(3)),
            test=self.chance(10),
        )


def _complete(history: History) -> None:
    """A new order comes in and is completed, up to two days ago."""
    ref = f"{len(history.refs)}"
    number = 1 + history.random.randrange(6)
    customer: Any = {"ref": f"C{number}", "email": f"c{number}@example.com", "language": "en"}
    notify = history.random.choice(("none", "email"))
    save_order(ref, OrderFields(**history.fields(), customer=customer, notify=notify), BY)
    history.refs.append(ref)
    at = history.now - timedelta(minutes=history.random.randrange(2 * 24 * 60)) * history.chance(50)
    change_order_status(by_ref, ref, "completed", BY, at=at)


def _rate(history: History) -> None:
    """A first answer or a correction; sometimes the stars alone."""
    random = history.random
    said: dict[str, Any] = {"stars": random.randint(1, 5)}
    if history.chance(60):
        said["nps"], said["ces"] = random.choice((None, *range(11))), random.choice((None, 1, 2, 3, 4, 5))
        said["comment"] = random.choice((None, "Fine.", "Late."))
        said["open"] = random.choice((None, "More of it."))
    survey, number = current(), history.order.token
    if survey.asks_reasons and history.chance(60):
        fitting = [reason.code for reason in survey.reasons if reason.fits(said["stars"])]
        said["reasons"] = tuple(random.sample(fitting, min(2, len(fitting))))
    rate_order(number, Answer(**said), "en", survey.number)


def _reopen(history: History) -> None:
    """The order was not completed after all; perhaps it changes hands, and is completed again later."""
    order = history.order
    change_order_status(by_ref, order.ref, "arrived", BY, reason="not delivered")
    if history.chance(50):
        save_order(order.ref, history.fields(), BY)
    if history.chance(60):
        at = history.now - timedelta(hours=history.random.randrange(30))
        change_order_status(by_ref, order.ref, "completed", BY, at=at)


def _send(history: History) -> None:
    """Messages leave, and of some of them the gateway tells more."""
    send_notifications(list(session().scalars(text("SELECT id FROM notification WHERE state = 'pending' ORDER BY id"))))
    keys = session().scalars(text("SELECT dedupe_key FROM notification WHERE state = 'sent' ORDER BY id")).all()
    if keys and history.chance(70):
        event = history.random.choice(("delivered", "failed", "bounce"))
        record_receipt(Receipt("test", "email", event, ref=history.random.choice(keys)))


def _survey(history: History) -> None:
    survey = current()
    wanted = replace(survey, asks_nps=history.chance(50), asks_ces=history.chance(50), asks_reasons=history.chance(70))
    edit_survey(wanted, survey.number, BY)


def _settings(history: History) -> None:
    key, values = history.random.choice(
        (
            ("company.timezone", ZONES),
            ("company.timezone", ZONES),
            ("figures.nps_stars", ("5-3", "4-2")),
            ("feedback.enabled", ("on", "on", "off")),
            ("drivers.months", ("1", "12")),
        )
    )
    change_settings({key: history.random.choice(values)}, BY)


ACTS: tuple[tuple[int, Act], ...] = (
    (8, _complete),
    (9, _rate),
    (2, lambda history: mark_spam(history.order.id, "rude", BY)),
    (1, lambda history: lift_spam(history.order.id, BY)),
    (2, lambda history: record_phone_rating(history.order.id, history.random.randint(1, 5), None, BY)),
    (2, _reopen),
    (1, lambda history: opt_out_customer(history.order.token, "link")),
    (2, _send),
    (1, lambda history: record_opening(history.order.id)),
    (1, _survey),
    (1, _settings),
    (3, lambda history: refresh_rollups(60)),
)


def act_out(seed: int, length: int) -> History:
    """A history of so many acts on the empty database of the open application."""
    random = Random(seed)
    history = History(random, random.choice(STARTS))
    with clock.showing(lambda: history.now):
        with transaction() as opened:
            south = Depot(ref="SUD", name="South")
            opened.add(south)
            opened.flush()
            opened.add_all([Depot(ref="LYON", name="Lyon", parent_id=south.id), Depot(ref="PARIS", name="Paris")])
        change_settings({"company.timezone": random.choice(ZONES), "survey.correction_hours": "8760"}, BY)
        if history.chance(70):
            _survey(history)
        for _ in range(3):
            _complete(history)
        weights, acts = zip(*ACTS, strict=True)
        for act in random.choices(acts, weights, k=length):
            history.now += timedelta(minutes=random.choice((1, 7, 45, 180, 900)))
            try:
                act(history)
            except REFUSALS:
                continue
    return history


def empty() -> None:
    """Leave the tables as a fresh database has them, but for the audit log, which lets nothing go."""
    with db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table is not AuditEntry.__table__:
                connection.execute(table.delete())
    db.session.remove()
    forget_settings()
    forget()


def random_filter(random: Random, now: datetime) -> dict[str, Any]:
    """A report's filter as query parameters, dates as dates, around the history's time."""
    chosen: dict[str, Any] = {"axis": random.choice(("completed", "completed", "answered"))}
    for name in ("from", "to"):
        if random.random() < 0.5:
            chosen[name] = now.date() - timedelta(days=random.randrange(-1, 6))
    if "from" in chosen and "to" in chosen:
        chosen["from"], chosen["to"] = sorted((chosen["from"], chosen["to"]))
    several = {
        "depot": ("LYON", "SUD", "PARIS", "nowhere"),
        "driver": ("A", "B", "C", "nobody"),
        "channel": ("delivery", "pickup"),
        "tag": ("x", "y"),
        "stars": (1, 2, 3, 4, 5),
        "reason": ("late", "kind_driver", "on_time"),
        "survey": ("1", "2"),
    }
    for name, values in several.items():
        if random.random() < 0.22:
            chosen[name] = random.sample(values, random.randint(1, 2))
    return chosen


def days_of(chosen: dict[str, Any]) -> dict[str, list[str]]:
    """The filter as an address has it."""
    found: dict[str, list[str]] = {}
    for name, value in chosen.items():
        values = value if isinstance(value, list) else [value]
        found[name] = [one.isoformat() if isinstance(one, date) else str(one) for one in values]
    return found


def no_cell_differs() -> bool:
    """Whether every cell is as the rows are, both ways, once what changed has been counted anew."""
    refresh_rollups(600)
    return check_rollups(now=True) == 0
