"""Orders from files, against a real database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.actions.import_orders import import_orders
from cxweb.actions.steps.import_run import BATCH
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.notifications.models import Notification
from cxweb.orders.models import Customer, Driver, Order
from cxweb.orders.queries import by_ref
from tests.factories import WHOLE, Factory
from tests.files import Folder, done, planned

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def run(folder: Folder, file: Path, *, dry_run: bool = False, send: bool = False, now: datetime = NOW) -> str:
    """The last line of a run."""
    with clock.showing(now):
        tally = import_orders(file, folder.orders_mapping, report=folder.report, dry_run=dry_run, send=send)
    return tally.lines()[-1]


def counts(imported: int = 0, updated: int = 0, refused: int = 0, unchanged: int = 0) -> str:
    return f"imported {imported}, updated {updated}, superseded 0, refused {refused}, unchanged {unchanged}"


def order(ref: str) -> Order:
    session().expire_all()
    return by_ref(ref, WHOLE)


def history(ref: str) -> list[tuple[str, datetime]]:
    return [(step.status, step.at) for step in order(ref).history]


def test_a_completed_order_comes_in_whole(app: Flask, folder: Folder) -> None:
    row = done("A-1", depot="LYON", driver="D1", client="C1", mail="a@example.com", town="Lyon", tags="cold;big")
    assert run(folder, folder.orders({**row, "driver name": "Zoé  L'Hôte"})) == counts(imported=1)
    found = order("A-1")
    completed_at = datetime(2026, 10, 2, 12, 30, tzinfo=UTC)
    assert (found.status, found.completed_at, found.eligible, found.channel) == (
        "completed",
        completed_at,
        True,
        "delivery",
    )
    assert (found.depot_name, found.city, [tag.tag for tag in found.tags]) == ("LYON", "Lyon", ["big", "cold"])
    assert [(member.driver.ref, member.driver_name) for member in found.crew] == [("D1", "Zoé L'Hôte")]
    assert found.customer is not None
    assert (found.customer.ref, found.customer.email) == ("C1", "a@example.com")
    assert history("A-1") == [("planned", datetime(2026, 10, 1, 6, 0, tzinfo=UTC)), ("completed", completed_at)]
    assert {step.actor for step in found.history} == {"import"}
    assert len(found.token) == 22


def test_the_same_file_again_changes_nothing(app: Flask, folder: Folder) -> None:
    file = folder.orders(
        done("A", client="C", tags="x"), planned("B", driver="D"), done("C", due="03/10/2026", done="")
    )
    assert run(folder, file) == counts(imported=3)
    before = session().scalar(select(func.count()).select_from(AuditEntry))
    assert run(folder, file) == counts(unchanged=3)
    assert len(order("A").history) == 2
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == (before or 0) + 1


def test_bare_days_are_local_and_a_fallback_is_counted(app: Flask, folder: Folder) -> None:
    file = folder.orders(done("A", due="30/10/2026", done=""), done("B", due="30/10/2026"))
    with clock.showing(NOW):
        tally = import_orders(file, folder.orders_mapping)
    assert tally.lines() == ["fallback completed_at 1", counts(imported=2)]
    assert order("A").promised_to == datetime(2026, 10, 30, 22, 59, 59, tzinfo=UTC)
    assert order("A").completed_at == datetime(2026, 10, 30, 11, 0, tzinfo=UTC)


def test_a_wall_time_that_occurs_twice_is_the_first(app: Flask, folder: Folder) -> None:
    run(folder, folder.orders(done("A", done="25/10/2026 02:30")))
    assert order("A").completed_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (done("a b"), "ref 'a b' is not 1 to 64 of A–Z a–z 0–9 . _ : - (nor may it be bulk)"),
        (done("bulk"), "ref 'bulk' is not 1 to 64"),
        (done("A" * 65), "ref 'AAAA"),
        (done("", town="x"), "ref is missing"),
        (done("A", state="gone"), "status 'gone' is not among the mapping's words"),
        (done("A", state=""), "status is missing"),
        (done("A", done=""), "completed without completed_at"),
        (done("A", done="31/02/2026 10:00"), "completed_at '31/02/2026 10:00' fits no format of the mapping"),
        (done("A", done="29/03/2026 02:30"), "completed_at 2026-03-29 02:30:00 does not exist in Europe/Paris"),
        (done("A", done="20/11/2026 13:06"), "completed_at 2026-11-20 12:06:00 UTC lies in the future"),
        (done("A", town="x" * 201), "address_city is longer than 200 characters"),
        (done("A", depot="Dépôt"), "depot 'Dépôt' is not 1 to 64"),
        (done("A", **{"driver name": "Zoé"}), "driver_name is given without driver_ref"),
        (done("A", tags=";".join(map(str, range(51)))), "tags are more than 50"),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported_with_line_ref_and_reason(
    app: Flask, folder: Folder, row: dict[str, str], reason: str
) -> None:
    assert run(folder, folder.orders(planned("OK"), row)) == counts(imported=1, refused=1)
    [line] = folder.reported()
    number, ref, found = line.split(",", 2)
    assert (number, ref) == ("3", row["no"])
    assert found.strip('"').startswith(reason)


def test_the_line_is_the_physical_one_where_the_record_starts(app: Flask, folder: Folder) -> None:
    columns = "no;state;made;due;done;depot;driver;driver name;client;mail;town;tags"
    rows = [
        '1;planned;;;;;;;;;"two\r\nlines";',
        '2;nope;;;;;;;;;"lone\rreturn";',
        ";" * 11,
        "3;nope" + ";" * 10,
        '4;"x"y',
    ]
    file = folder.write("orders.csv", "\n".join((columns, *rows)))
    with clock.showing(NOW):
        tally = import_orders(file, folder.orders_mapping, report=folder.report)
    assert tally.lines() == ["skipped empty rows 1", counts(imported=1, refused=3)]
    assert [line.split(",")[0] for line in folder.reported()] == ["4", "6", "7"]
    assert "the record cannot be read" in folder.reported()[2]
    assert order("1").city == "two lines"


def test_a_dry_run_writes_nothing_and_counts_the_same_also_across_batches(app: Flask, folder: Folder) -> None:
    many = [planned(f"N-{number}", client=f"C-{number % 7}") for number in range(BATCH)]
    file = folder.orders(done("A", mail="a@example.com"), *many, planned("A"), done("A", mail="b@example.com"))
    expected = counts(imported=BATCH + 2, refused=1)
    assert run(folder, file, dry_run=True) == expected
    assert folder.reported() == [f"{BATCH + 3},A,status completed → planned is not allowed"]
    for model in (Order, Customer, AuditEntry):
        assert session().scalar(select(func.count()).select_from(model)) == 0
    assert run(folder, file) == expected
    customer = order("A").customer
    assert customer is not None
    assert customer.email == "b@example.com"


def test_only_mapped_fields_are_touched_and_the_rest_stays(app: Flask, folder: Folder, make: Factory) -> None:
    make.order("A", route="R1", notify="both", channel="pickup", postcode="69001")
    assert run(folder, folder.orders(planned("A", town="Lyon", depot="LYON"))) == counts(updated=1)
    found = order("A")
    assert (found.city, found.route, found.notify, found.channel, found.postcode) == (
        "Lyon",
        "R1",
        "both",
        "pickup",
        "69001",
    )
    assert found.depot is not None
    assert (found.depot.ref, found.depot_name) == ("LYON", None)


def test_an_order_moves_on_with_its_crews_names_kept(app: Flask, folder: Folder) -> None:
    run(folder, folder.orders(planned("A", driver="D1", depot="X", **{"driver name": "Ana"})))
    moved = done("A", driver="D1", depot="X", **{"driver name": "Ana"})
    assert run(folder, folder.orders(moved)) == counts(updated=1)
    found = order("A")
    assert (found.status, found.eligible, found.depot_name, found.crew[0].driver_name) == (
        "completed",
        True,
        "X",
        "Ana",
    )
    assert [status for status, _ in history("A")] == ["planned", "completed"]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (done("A", depot="X"), done("A", depot="Y"), "depot is fixed by completion"),
        (done("A", driver="X"), done("A"), "driver_ref is fixed by completion"),
        (done("A"), done("A", tags="x"), "tags is fixed by completion"),
        (done("A"), planned("A"), "status completed → planned is not allowed"),
        (done("A"), planned("A", state="door"), "reopening a completed order needs a reason"),
        (planned("A", state="cancelled"), done("A"), "status cancelled → completed is not allowed"),
        (planned("A", state="door"), planned("A", state="on the way"), "status arrived → on_the_way is not allowed"),
    ],
)
def test_what_completion_fixes_and_the_status_machine_forbids_is_refused(
    app: Flask, folder: Folder, first: dict[str, str], second: dict[str, str], reason: str
) -> None:
    assert run(folder, folder.orders(first)) == counts(imported=1)
    status = order("A").status
    assert run(folder, folder.orders(second)) == counts(refused=1)
    assert folder.reported() == [f"2,A,{reason}"]
    assert order("A").status == status


def test_a_completion_time_put_right_is_an_update_and_a_guess_replaces_nothing(app: Flask, folder: Folder) -> None:
    run(folder, folder.orders(done("A")))
    assert run(folder, folder.orders(done("A", done="02/10/2026 15:30"))) == counts(updated=1)
    assert run(folder, folder.orders(done("A", done="", due="05/10/2026"))) == counts(updated=1)
    assert order("A").completed_at == datetime(2026, 10, 2, 13, 30, tzinfo=UTC)
    assert [status for status, _ in history("A")] == ["planned", "completed", "completed"]


def test_the_contact_data_of_the_newest_order_counts_whatever_the_order_of_the_rows(app: Flask, folder: Folder) -> None:
    old, new = planned("OLD", client="C", mail="old@example.com"), planned("NEW", client="C", mail="new@example.com")
    file = folder.orders({**new, "made": "05/10/2026 08:00"}, old, planned("EMPTY", client="C", made="06/10/2026"))
    assert run(folder, file) == counts(imported=3)
    assert session().scalars(select(Customer.email)).all() == ["new@example.com"]
    assert run(folder, file) == counts(unchanged=3)


def test_a_customer_without_a_ref_belongs_to_one_order(app: Flask, folder: Folder) -> None:
    file = folder.orders(planned("A", mail="same@example.com"), planned("B", mail="same@example.com"))
    assert run(folder, file) == counts(imported=2)
    assert order("A").customer_id != order("B").customer_id
    assert run(folder, file) == counts(unchanged=2)
    assert run(folder, folder.orders(planned("A", mail="other@example.com"))) == counts(updated=1)
    assert session().scalar(select(func.count()).select_from(Customer)) == 2


def test_a_known_driver_keeps_the_name_and_the_crew_has_the_files(app: Flask, folder: Folder) -> None:
    run(folder, folder.orders(done("A", driver="D", **{"driver name": "Ana"})))
    run(folder, folder.orders(done("B", driver="D", **{"driver name": "Ana B."}), done("C", driver="D")))
    assert session().scalars(select(Driver.name)).all() == ["Ana"]
    assert [order(ref).crew[0].driver_name for ref in "ABC"] == ["Ana", "Ana B.", "Ana"]


def test_no_message_is_sent_but_on_demand_those_of_the_last_day_and_once(
    app: Flask, folder: Folder, make: Factory
) -> None:
    make.setting("notifications.completed", "email")
    now = datetime(2026, 10, 2, 20, 0, tzinfo=UTC)
    old = done("OLD", done="01/10/2026 21:59", mail="old@example.com")
    file = folder.orders(done("NEW", mail="new@example.com"), old, planned("P", mail="p@example.com"))
    assert run(folder, file, now=now) == counts(imported=3)
    assert session().scalars(select(Notification.recipient)).all() == []
    for _ in range(2):
        assert run(folder, file, now=now, send=True) == counts(unchanged=3)
        assert session().scalars(select(Notification.recipient)).all() == ["new@example.com"]


def test_imported_completed_orders_are_eligible_and_a_run_is_in_the_audit_log(app: Flask, folder: Folder) -> None:
    run(folder, folder.orders(done("A"), planned("B"), {"no": "C", "state": "nope"}))
    assert (order("A").eligible, order("B").eligible) == (True, False)
    [entry] = session().scalars(select(AuditEntry)).all()
    assert (entry.actor, entry.act, entry.object) == ("import", "orders.imported", "file:orders.csv")
    assert (entry.details["imported"], entry.details["refused"], entry.details["complete"]) == (2, 1, True)
