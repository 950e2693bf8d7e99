"""What is over its term goes, batch by batch, and no figure changes by it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from cxweb.accounts.rules import Operator, Perimeter
from cxweb.actions.apply_retention import apply_retention
from cxweb.actions.await_first_night import await_first_night
from cxweb.actions.save_proof import save_proof
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback, funnel
from cxweb.company.queries import stored
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.jobs.privacy import retain
from cxweb.notifications.models import Notification
from cxweb.orders.models import Customer, Order, Proof
from cxweb.privacy.models import KnownPerson
from cxweb.privacy.queries import RAN_KEY, night_is_due, preview, terms_now
from cxweb.privacy.rules import is_due
from cxweb.ratings.models import Rating, RatingVersion
from tests.factories import Factory

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PERSON = {"ref": "C-1", "name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}


def aged(order: Order, age: timedelta) -> None:
    with transaction() as opened:
        opened.execute(update(Order).where(Order.id == order.id).values(completed_at=NOW - age, created_at=NOW - age))


def of(order: Order) -> tuple[Order, Customer, Rating]:
    found = session().scalars(select(Order).where(Order.id == order.id)).one()
    assert found.customer is not None
    return found, found.customer, session().scalars(select(Rating).where(Rating.order_id == order.id)).one()


def gone() -> dict[tuple[str, str], int]:
    return {(found.term, found.table): found.rows for found in apply_retention(Operator()) if found.rows}


def test_contact_data_goes_first_then_words_then_logs_and_the_figures_stay(app: Flask, make: Factory) -> None:
    with clock.showing(NOW):
        fields = {"address_line": "12 rue Secrète", "postcode": "75011", "city": "Paris", "notify": "email"}
        order = make.completed("A-1", customer=PERSON, **fields)
        make.rating(order, 2, "Sonnette en panne, merci quand même", open="Rien d’autre")
        make.rating(make.completed("A-2", customer={"email": "omar@example.com"}), 5)
        save_proof("A-1", Operator(), photo=None, signature=None, note="Remis à Nadia")
        before = (feedback(ReportFilter(), Perimeter()), funnel(ReportFilter(), Perimeter()))
        assert gone() == {}

        aged(order, timedelta(days=91))
        expected = {(found.term, found.table): found.rows for found in preview(terms_now(NOW)) if found.rows}
        assert expected == {("contact", "customer"): 1, ("contact", "order"): 1, ("contact", "notification"): 1}
        assert gone() == expected
        assert gone() == {}
        found, customer, rating = of(order)
        assert (customer.email, customer.phone, found.address_line) == (None, None, None)
        assert (customer.name, customer.ref, found.city, rating.comment) == (
            "Nadia Benkirane",
            "C-1",
            "Paris",
            "Sonnette en panne, merci quand même",
        )
        assert session().scalars(select(Notification.recipient).where(Notification.order_id == order.id)).all() == [
            None
        ]

        aged(order, timedelta(days=800))
        assert set(gone()) == {
            *(("words", name) for name in ("customer", "order", "proof", "rating", "rating_version", "status_change"))
        }
        found, customer, rating = of(order)
        assert (customer.name, customer.ref, found.city, found.ref) == (None, None, None, "A-1")
        # That somebody wrote a comment is a figure, and stays one.
        assert (rating.stars, rating.comment, rating.open) == (2, "", "")
        assert session().scalars(select(RatingVersion.comment).order_by(RatingVersion.id)).all() == ["", None]
        assert session().scalar(select(func.count()).select_from(Proof)) == 0
        assert (feedback(ReportFilter(), Perimeter()), funnel(ReportFilter(), Perimeter())) == before

    # The digests say since when the person is a customer, and nothing else is left of them.
    known = dict(session().execute(select(KnownPerson.kind, KnownPerson.first_order_at)).all())
    first, earlier = NOW - timedelta(days=91), NOW - timedelta(days=800)
    assert known == {"email": first, "sms": first, "ref": earlier}


def test_logs_go_after_their_months_and_say_what_went(app: Flask, make: Factory) -> None:
    with clock.showing(datetime(2020, 1, 5, tzinfo=UTC)):
        make.completed("A-1", customer=PERSON)
    with clock.showing(NOW):
        make.completed("A-2")
        before = session().scalar(select(func.count()).select_from(AuditEntry))
        assert gone()[("logs", "audit_entry")] == 2
        entries = session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert (before, [entry.act for entry in entries]) == (4, ["order.created", "order.status", "retention.applied"])
    assert entries[-1].details["logs.audit_entry"] == 2


def test_a_customer_who_still_orders_keeps_contact_and_name(app: Flask, make: Factory) -> None:
    with clock.showing(NOW):
        old = make.completed("A-1", customer=PERSON, address_line="12 rue Secrète")
        make.order("A-2", customer=PERSON)
        aged(old, timedelta(days=900))
        apply_retention(Operator())
        found = session().scalars(select(Order).where(Order.id == old.id)).one()
        assert found.customer is not None
        assert (found.address_line, found.customer.email, found.customer.name) == (
            None,
            "nadia@example.com",
            "Nadia Benkirane",
        )


def test_the_terms_are_settings_and_a_run_that_is_cut_short_goes_on_later(app: Flask, make: Factory) -> None:
    make.setting("retention.contact_days", "5")
    with clock.showing(NOW):
        order = make.completed("A-1", customer=PERSON)
        aged(order, timedelta(days=6))
        apply_retention(Operator(), longest_s=-1)
        assert stored(RAN_KEY) is None
        assert gone()[("contact", "customer")] == 1
        assert stored(RAN_KEY) == "2026-11-24"


def test_the_first_night_comes_after_the_first_day(app: Flask) -> None:
    with clock.showing(NOW):
        assert (await_first_night(), await_first_night()) == (True, False)
        assert not night_is_due(NOW)
    assert night_is_due(NOW + timedelta(hours=18))


def test_the_job_works_at_night_and_once(app: Flask, make: Factory) -> None:
    with clock.showing(NOW):
        aged(make.completed("A-1", customer=PERSON), timedelta(days=91))
        retain()
        assert session().scalars(select(Customer.email)).all() == ["nadia@example.com"]
    with clock.showing(NOW + timedelta(hours=18)):
        retain()
        retain()
        session().expire_all()
        assert session().scalars(select(Customer.email)).all() == [None]
        assert stored(RAN_KEY) == "2026-11-25"
    acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "retention.applied")
    assert session().scalar(acts) == 1


@pytest.mark.parametrize(
    ("hour", "last", "due"),
    [
        ("03:00", "2026-11-23", True),
        ("02:59", "2026-11-23", False),
        ("23:00", "2026-11-24", False),
        ("12:00", "", False),
    ],
)
def test_a_night_is_due_once_a_day_from_three_on(hour: str, last: str, due: bool) -> None:
    now = datetime.fromisoformat(f"2026-11-24T{hour}").replace(tzinfo=PARIS)
    assert is_due(now, PARIS, datetime.fromisoformat(last).date() if last else None) is due
