"""Customers by the thousand with everything the product may know of each, for what must find or lose one of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cxweb.actions.steps.insert_many import insert_many, new_ids
from cxweb.core import clock, tokens
from cxweb.core.db import Base, transaction
from cxweb.core.recipients import phone_number
from cxweb.notifications.models import MailboxMessage, Notification, OptOut
from cxweb.orders.models import Customer, Order, Proof, StatusChange
from cxweb.ratings.models import PhoneRating, Rating, RatingVersion, SpamMark

BATCH = 1_000


@dataclass(frozen=True)
class Person:
    """A made-up customer; every text is theirs alone."""

    number: int

    @property
    def ref(self) -> str:
        return f"KUNDE-{self.number:06}"

    @property
    def email(self) -> str:
        return f"zenobia.{self.number:06}@example.com"

    @property
    def phone(self) -> str:
        return phone_number(f"+336399{self.number % 100_000:05}", "FR") or ""

    def text(self, what: str) -> str:
        return f"{what} Zénobia-{self.number:06}"

    @property
    def texts(self) -> list[str]:
        """Everything of theirs that the product was given."""
        return [self.ref, self.email, self.phone, f"Zénobia-{self.number:06}"]


def person(number: int) -> Person:
    return Person(number)


def fill(customers: int) -> None:
    """Store so many customers, each with an order, its history and proof, a rating of two versions, messages, marks."""
    for start in range(0, customers, BATCH):
        with transaction():
            _store(range(start, min(start + BATCH, customers)), clock.now() - timedelta(days=1))


def _store(numbers: range, at: datetime) -> None:
    key = _lasting_key()
    ids = dict(zip(numbers, zip(*(new_ids(m, len(numbers)) for m in _MODELS), strict=True), strict=True))
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    for number, (customer, order, rating, message) in ids.items():
        for model, row in _rows(Person(number), customer, order, rating, message, at, key):
            rows.setdefault(model, []).append(row)
    for model, many in rows.items():
        insert_many(model, many)


_MODELS = (Customer, Order, Rating, Notification)


def _lasting_key() -> str:
    from cxweb.actions.steps.digest_contact import lasting_key  # noqa: PLC0415 - beside the models it would be a circle

    return lasting_key()


def _rows(
    who: Person, customer: int, order: int, rating: int, message: int, at: datetime, key: str
) -> list[tuple[type[Base], dict[str, Any]]]:
    stars = who.number % 5 + 1
    said = {"comment": who.text("Merci,"), "open": who.text("Ouvert,")}
    scores = {"stars": stars, "nps": who.number % 11, "ces": None}
    send = {"channel": "email", "recipient": who.email}
    times = {"created_at": at, "due_at": at, "next_attempt_at": at, "sent_at": at}
    digest = tokens.keyed_digest(key, f"email:{who.email}")
    return [
        (
            Customer,
            {
                "id": customer,
                "ref": who.ref,
                "name": who.text("Nom"),
                "email": who.email,
                "phone": who.phone,
                "language": "fr",
                "is_demo": False,
            },
        ),
        (
            Order,
            {
                "id": order,
                "ref": f"A-{who.number:06}",
                "token": tokens.new_link(),
                "status": "completed",
                "reason": who.text("Motif"),
                "customer_id": customer,
                "channel": "delivery",
                "address_line": who.text("12 rue"),
                "postcode": "75011",
                "city": "Paris",
                "created_at": at,
                "completed_at": at,
                "eligible": True,
                "is_test": False,
                "is_demo": False,
            },
        ),
        (
            StatusChange,
            {
                "order_id": order,
                "status": "completed",
                "at": at,
                "recorded_at": at,
                "reason": who.text("Étape"),
                "actor": "import",
            },
        ),
        (
            Proof,
            {
                "order_id": order,
                "photo": who.text("photo").encode(),
                "note": who.text("Remis à"),
                "recorded_at": at,
                "actor": "key:1",
            },
        ),
        (
            Rating,
            {"id": rating, "order_id": order, **scores, **said, "answered_at": at, "updated_at": at, "version": 2},
        ),
        (
            RatingVersion,
            {
                "rating_id": rating,
                "version": 1,
                **scores,
                "comment": who.text("D’abord"),
                "open": None,
                "recorded_at": at,
            },
        ),
        (RatingVersion, {"rating_id": rating, "version": 2, **scores, **said, "recorded_at": at}),
        (
            SpamMark,
            {
                "rating_id": rating,
                "reason": who.text("Doute"),
                "marked_at": at,
                "marked_by": "user:1",
                "lifted_at": at,
                "lifted_by": "user:1",
            },
        ),
        (
            PhoneRating,
            {
                "order_id": order,
                "stars": stars,
                "comment": who.text("Au téléphone"),
                "recorded_at": at,
                "recorded_by": "user:1",
            },
        ),
        (
            Notification,
            {
                "id": message,
                "dedupe_key": f"completed:{order}:email",
                "order_id": order,
                "kind": "order-completed",
                "state": "sent",
                "invites": True,
                "attempts": 1,
                "last_error": who.text("550 unknown"),
                **send,
                **times,
            },
        ),
        (
            MailboxMessage,
            {
                "ref": f"completed:{order}:email",
                "notification_id": message,
                **send,
                "subject": who.text("Bonjour"),
                "text": who.text("Bonjour"),
                "html": None,
                "received_at": at,
            },
        ),
        (
            OptOut,
            {
                "channel": "email",
                "digest": digest,
                "contact": who.email,
                "source": "staff",
                "created_at": at,
                "created_by": "user:1",
            },
        ),
    ]
