"""Customers by the thousand with everything the product may know of each, for what must find or lose one of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.actions.steps.insert_many import insert_many, new_ids
from cxweb.core import clock, tokens
from cxweb.core.db import Base, transaction
from cxweb.core.recipients import phone_number
from cxweb.notifications.models import MailboxMessage, Notification, OptOut
from cxweb.orders.models import Customer, Order, Proof, StatusChange
from cxweb.ratings.models import PhoneRating, Rating, RatingVersion, SpamMark

BATCH = 1_000
Row = tuple[type[Base], dict[str, Any]]


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
    key = lasting_key()
    ids = zip(*(new_ids(model, len(numbers)) for model in (Customer, Order, Rating, Notification)), strict=True)
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    for number, (customer, order, rating, message) in zip(numbers, ids, strict=True):
        who = Person(number)
        for model, row in (
            *_of_order(who, customer, order, at),
            *_of_rating(who, order, rating, at),
            *_of_messages(who, order, message, at, key),
        ):
            rows.setdefault(model, []).append(row)
    for model, many in rows.items():
        insert_many(model, many)


def _of_order(who: Person, customer: int, order: int, at: datetime) -> list[Row]:
    contact = {"name": who.text("Nom"), "email": who.email, "phone": who.phone, "language": "fr"}
    place = {"address_line": who.text("12 rue"), "postcode": "75011", "city": "Paris"}
    flags = {"eligible": True, "is_test": False, "is_demo": False}
    times = {"created_at": at, "completed_at": at}
    named = {"ref": f"A-{who.number:06}", "token": tokens.new_link(), "channel": "delivery", "customer_id": customer}
    ended = {"status": "completed", "reason": who.text("Motif")}
    step = {"status": "completed", "at": at, "recorded_at": at, "reason": who.text("Étape"), "actor": "import"}
    proof = {"photo": who.text("photo").encode(), "note": who.text("Remis à"), "recorded_at": at, "actor": "key:1"}
    return [
        (Customer, {"id": customer, "ref": who.ref, "is_demo": False, **contact}),
        (Order, {"id": order, **named, **ended, **place, **times, **flags}),
        (StatusChange, {"order_id": order, **step}),
        (Proof, {"order_id": order, **proof}),
    ]


def _of_rating(who: Person, order: int, rating: int, at: datetime) -> list[Row]:
    scores = {"stars": who.number % 5 + 1, "nps": who.number % 11, "ces": None}
    said = {"comment": who.text("Merci,"), "open": who.text("Ouvert,")}
    first = {"comment": who.text("D’abord"), "open": None}
    mark = {"reason": who.text("Doute"), "marked_at": at, "marked_by": "user:1", "lifted_at": at, "lifted_by": "user:1"}
    phone = {"stars": 4, "comment": who.text("Au téléphone"), "recorded_at": at, "recorded_by": "user:1"}
    times = {"answered_at": at, "updated_at": at}
    return [
        (Rating, {"id": rating, "order_id": order, "version": 2, **scores, **said, **times}),
        (RatingVersion, {"rating_id": rating, "version": 1, "recorded_at": at, **scores, **first}),
        (RatingVersion, {"rating_id": rating, "version": 2, "recorded_at": at, **scores, **said}),
        (SpamMark, {"rating_id": rating, **mark}),
        (PhoneRating, {"order_id": order, **phone}),
    ]


def _of_messages(who: Person, order: int, message: int, at: datetime, key: str) -> list[Row]:
    ref, to = f"completed:{order}:email", {"channel": "email", "recipient": who.email}
    times = {"created_at": at, "due_at": at, "next_attempt_at": at, "sent_at": at}
    sent = {"kind": "order-completed", "state": "sent", "invites": True, "attempts": 1}
    words = {"subject": who.text("Bonjour"), "text": who.text("Bonjour"), "html": None}
    digest = tokens.keyed_digest(key, f"email:{who.email}")
    stop = {"channel": "email", "digest": digest, "contact": who.email, "source": "staff", "created_by": "user:1"}
    error = {"last_error": who.text("550 unknown")}
    return [
        (Notification, {"id": message, "dedupe_key": ref, "order_id": order, **to, **sent, **times, **error}),
        (MailboxMessage, {"ref": ref, "notification_id": message, "received_at": at, **to, **words}),
        (OptOut, {"created_at": at, **stop}),
    ]
