"""P12: every route for each role and perimeter, acting and read-only, with every method; every foreign object."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.models import ApiKey, Passkey, UserBranch
from cxweb.accounts.rules import Operator, Staff
from cxweb.actions.create_api_key import create_api_key
from cxweb.actions.create_wall import create_wall
from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.boards.models import Wall
from cxweb.company.models import Depot
from cxweb.core import clock
from cxweb.core.db import Base, session, transaction
from cxweb.core.sealed import seal
from cxweb.notifications.models import OptOut
from cxweb.reports.models import FeedbackExport, SavedReport
from cxweb.reports.rules import SCHEDULES
from cxweb.web.admin import DECISIONS
from cxweb.web.admin.guard import ANYONE
from cxweb.webhooks.models import WebhookEndpoint
from tests.factories import Factory
from tests.page import Client, forget
from tests.web.test_perimeter import Side, side

# The role table of the product, said once more, by hand: what a page's act opens to.
READER = {"own", "figures"}
DISPATCHER = READER | {"contacts", "orders"}
RELATIONS = DISPATCHER | {"relations", "export", "stop_list"}
ADMIN = RELATIONS | {"settings", "company", "accounts", "audit"}
MAY = {"reader": READER, "dispatcher": DISPATCHER, "relations": RELATIONS, "admin": ADMIN}
WHOLE_COMPANY_ONLY = {"stop_list", "company", "audit"}
# Posts with which a person only chooses what they see themselves.
PERSONAL_PLACES = ("/admin/live/choice", "/admin/reports")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# What the forms of single objects need, so that it is not the form that refuses.
FORM = {
    "status": "cancelled",
    "reason": "mistake",
    "stars": "4",
    "stand": "",
    "name": "X",
    "role": "reader",
    "depot": "",
}
# A number no row has: what is allowed finds nothing there and changes nothing.
NO_ROW = "987654321"


@dataclass(frozen=True)
class Persona:
    role: str
    whole: bool
    read_only: bool
    # Beside what they act on: another depot that they only see, or beside one depot the company.
    sees_more: bool = False

    def may(self, path: str, method: str, act: str) -> bool:
        changes = method == "POST" and not path.startswith(PERSONAL_PLACES) and act != "own"
        everything = self.whole and not (changes and self.sees_more)
        if act not in MAY[self.role] or (act in WHOLE_COMPANY_ONLY and not everything):
            return False
        return not (changes and self.read_only)


BOTH = (True, False)
# What belongs to one person alone is nobody else's, whatever they see.
ONES_OWN = {"report_id", "export_id", "passkey_id"}
PERSONAS = [
    *(Persona(role, whole, read_only) for role in MAY for whole in BOTH for read_only in BOTH),
    # Two branches, one of them or the company around it read-only.
    *(Persona(role, whole, read_only=False, sees_more=True) for role in MAY for whole in BOTH),
]


def enrolled(make: Factory, persona: Persona, depot: Depot, other: Depot) -> Staff:
    """Somebody of this kind with an account."""
    if not persona.sees_more:
        return make.user(persona.role, None if persona.whole else depot, read_only=persona.read_only)
    if not persona.whole:
        return make.user(persona.role, depot, only_seen=other)
    person = make.user(persona.role, depot)
    with transaction() as opened:
        opened.add(UserBranch(user_id=person.id, depot_id=None, acting=False))
    return person


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Path, method and act of every staff route behind the door."""
    for rule in app.url_map.iter_rules():
        act = DECISIONS.get(rule.endpoint, ANYONE)
        if rule.endpoint.startswith("admin.") and act != ANYONE:
            path = re.sub("<int[^>]*>", NO_ROW, rule.rule)
            for method in sorted((rule.methods or set()) & set(METHODS)):
                yield re.sub("<[^>]*>", "x", path), method, act


def rows() -> dict[str, int]:
    """How many rows each table has."""
    session().expire_all()
    counts = {table.name: select(func.count()).select_from(table) for table in Base.metadata.sorted_tables}
    return {name: session().scalar(statement) or 0 for name, statement in counts.items()}


def send(client: Client, path: str, method: str, token: str) -> int:
    forget()
    form = {"csrf_token": token, **FORM} if method in {"POST", "PUT", "PATCH", "DELETE"} else None
    with client.flask.open(path, method=method, data=form) as answer:
        at_the_door = answer.status_code == 303 and answer.location.startswith("/login")
        return 401 if at_the_door else answer.status_code


def token_of(client: Client) -> str:
    return client.get("/admin/account").text.split('name="csrf_token" value="')[1].split('"')[0]


def faults(client: Client, persona: Persona, table: list[tuple[str, str, str]]) -> list[tuple[object, ...]]:
    """What opened or changed though it may not, and what stayed shut though it may."""
    token, before = token_of(client), rows()
    forbidden = [row for row in table if not persona.may(*row)]
    answers = {row: send(client, row[0], row[1], token) for row in forbidden}
    found: list[tuple[object, ...]] = [(persona, "leak", row) for row, code in answers.items() if code != 403]
    found += [(persona, "changed", name) for name, count in rows().items() if count != before[name]]
    allowed = [row for row in table if persona.may(*row)]
    return found + [(persona, "shut", row) for row in allowed if send(client, row[0], row[1], token) in {401, 403}]


def test_the_whole_table_holds(app: Flask, make: Factory) -> None:
    """Lasts some seconds: it is the full product of routes, roles, perimeters and methods."""
    depot, other, table = make.depot("LYON"), make.depot("NICE"), list(routes(app))
    found: list[tuple[object, ...]] = []
    for number, persona in enumerate(PERSONAS):
        client = Client(app)
        # Each at a desk of their own: what one types wrong on the way slows nobody else down.
        client.flask.environ_base["REMOTE_ADDR"] = f"192.0.2.{number + 1}"
        client.sign_in(enrolled(make, persona, depot, other).email)
        found += faults(client, persona, table)
    tried, people = len(table) * len(PERSONAS), len(PERSONAS)
    figures = f"{tried} requests: {len(table)} routes and methods, {people} kinds of people; leaks {len(found)}"
    print(f"P12: {figures}")  # noqa: T201 - the figure to be reported
    assert len(table) > 80
    assert found == []


def test_a_page_without_its_door_would_be_noticed(app: Flask, make: Factory) -> None:
    app.view_functions["admin.audit_index"] = lambda: "open to everybody"
    client = Client(app)
    client.sign_in(make.user("reader").email)
    table = [row for row in routes(app) if row[0] == "/admin/audit"]
    assert len(faults(client, Persona("reader", whole=True, read_only=False), table)) == len(table)


def test_no_change_is_taken_without_the_forms_own_token(app: Flask, client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin").email)
    other = Client(app)
    other.sign_in(make.user("admin").email)
    tokens, before = ("", "forged", token_of(other)), rows()
    posts = [path for path, method, _act in routes(app) if method == "POST"]
    posts += ["/logout", "/login", "/login/code", "/login/passkey", "/login/passkey/options", "/password"]
    answers = [send(client, path, "POST", token) for path in posts for token in tokens]
    taken = [code for code in answers if code != 400]
    print(f"P13: {len(answers)} posts with no token, a forged one, another session's; accepted {len(taken)}")  # noqa: T201
    assert len(answers) > 120
    assert (taken, rows()) == ([], before)


def test_no_method_beyond_those_named_does_anything_and_nobody_is_let_in(
    app: Flask, client: Client, make: Factory
) -> None:
    named = {(path, method) for path, method, _act in routes(app)}
    paths = sorted({path for path, _method in named})
    admin = Client(app)
    admin.sign_in(make.user("admin").email)
    token = token_of(admin)
    client.get("/login")
    before = rows()
    for path in paths:
        for method in METHODS:
            if (path, method) not in named:
                assert send(admin, path, method, token) in {404, 405}, (path, method)
            assert send(client, path, method, "") in {400, 401, 404, 405}, (path, method)
    assert rows() == before


@pytest.fixture
def sides(make: Factory) -> tuple[Side, Side]:
    return side(make, "Ardoise"), side(make, "Bruyere")


def test_each_object_of_another_depot_is_unknown_whatever_the_method(
    app: Flask, client: Client, make: Factory, sides: tuple[Side, Side]
) -> None:
    ours, theirs = sides
    client.sign_in(make.user("admin", ours.order.depot).email)
    token = token_of(client)
    foreign = foreign_objects(make, theirs)
    before, tried = rows(), 0
    for path, method, act in of_objects(app, foreign):
        tried += 1
        assert send(client, path, method, token) == (403 if act in WHOLE_COMPANY_ONLY else 404), (method, path)
    print(f"P12: {tried} requests to objects of another depot, leaks 0")  # noqa: T201 - the figure to be reported
    assert tried > 30
    assert rows() == before


def test_each_object_of_a_depot_that_is_only_seen_is_shown_and_nothing_changes_it(
    app: Flask, client: Client, make: Factory, sides: tuple[Side, Side]
) -> None:
    ours, theirs = sides
    client.sign_in(make.user("admin", ours.order.depot, only_seen=theirs.order.depot).email)
    token = token_of(client)
    seen, before, tried, shown = foreign_objects(make, theirs), rows(), 0, 0
    for path, method, act in of_objects(app, {name: ids for name, ids in seen.items() if name not in ONES_OWN}):
        code = send(client, path, method, token)
        tried, shown = tried + 1, shown + (code == 200)
        allowed = {403} if method == "POST" or act in WHOLE_COMPANY_ONLY else {200, 404}
        assert code in allowed, (method, path, code)
    print(f"P12: {tried} requests to objects of a depot that is read-only, {shown} shown, leaks 0")  # noqa: T201 - as above
    assert shown > 10
    # That a driver's figures were looked at and taken is on record.
    assert {**rows(), "audit_entry": 0} == {**before, "audit_entry": 0}


def of_objects(app: Flask, objects: dict[str, list[int]]) -> Iterator[tuple[str, str, str]]:
    """Path, method and act of each route that leads to one of these objects."""
    for rule in app.url_map.iter_rules():
        named = re.search(r"<int[^:]*:(\w+)>", rule.rule)
        if not rule.endpoint.startswith("admin.") or named is None:
            continue
        # A new kind of object that is missing in the table fails here.
        assert named[1] in objects or named[1] in ONES_OWN, rule.rule
        for number in objects.get(named[1], ()):
            path = re.sub("<int[^>]*>", str(number), rule.rule).replace("<kind>", "photo")
            for method in sorted((rule.methods or set()) & set(METHODS)):
                yield path, method, DECISIONS[rule.endpoint]


def foreign_objects(make: Factory, theirs: Side) -> dict[str, list[int]]:
    """The numbers of another depot's objects, by the argument that stands for them in an address."""
    depot = theirs.order.depot
    assert depot is not None
    person = make.user("dispatcher", depot)
    create_wall("Hall", depot.ref, make.user("admin"))
    create_api_key("tms", Operator(), depot=depot.ref)
    with transaction() as opened:
        add_opt_out("email", "nadia@example.com", "link", "customer")
        endpoint = WebhookEndpoint(
            name="erp", url="https://erp.example.com/", events=["order.completed"], depot_id=depot.id,
            secret=seal("whsec_x"), created_at=clock.now(), created_by="system",
        )  # fmt: skip
        kept = SavedReport(
            user_id=person.id, name="Theirs", query="", schedule=SCHEDULES[0], scheduled_at=clock.now(),
            created_at=clock.now(),
        )  # fmt: skip
        file = FeedbackExport(
            user_id=person.id, asked={}, asked_digest="x", format="csv", language="en", state="ready", rows=1,
            created_at=clock.now(), expires_at=clock.now() + timedelta(days=1), file_name="theirs.csv",
        )  # fmt: skip
        passkey = Passkey(
            user_id=person.id, credential_id="theirs", public_key=b"", sign_count=0, transports=[], name="Theirs",
            created_at=clock.now(),
        )  # fmt: skip
        opened.add_all((endpoint, kept, file, passkey))
    (wall_id,) = session().scalars(select(Wall.id))
    (opt_out_id,) = session().scalars(select(OptOut.id))
    (key_id,) = session().scalars(select(ApiKey.id))
    return {
        "order_id": [theirs.order.id, theirs.late.id],
        "driver_id": [theirs.driver_id],
        # Of the local mailbox and of the outbox, whose numbers are their own.
        "message_id": [theirs.mailbox_id, theirs.notification_id],
        "opt_out_id": [opt_out_id],
        "wall_id": [wall_id],
        "user_id": [person.id],
        "key_id": [key_id],
        "passkey_id": [passkey.id],
        "endpoint_id": [endpoint.id],
        "depot_id": [depot.id],
        "report_id": [kept.id],
        "export_id": [file.id],
        # These are open to the whole company only, whatever the number.
        "customer_id": [theirs.order.customer_id or 1],
        "upload_id": [1],
        "mapping_id": [1],
    }
