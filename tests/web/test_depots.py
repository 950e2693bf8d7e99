"""The tree of depots: added, renamed, hung elsewhere, never in a circle, and with the people who see a branch of it."""

import re

import pytest
from sqlalchemy import func, select

from cxweb.company.models import Depot
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from tests.factories import Factory
from tests.page import Client

HERE = "/admin/depots"


def names(page: str) -> list[tuple[str, str]]:
    """How deep each depot hangs, and its name."""
    return re.findall(r'class="depth-(\d)"><a[^>]*><bdi dir="auto">([^<]+)', page)


def depot(ref: str) -> Depot:
    session().expire_all()
    return session().scalars(select(Depot).where(Depot.ref == ref)).one()


def test_a_tree_is_built_renamed_and_rearranged(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="en").email)
    assert "No depot yet" in client.get(HERE).text
    for ref, parent, zone in (("SUD", "", ""), ("NICE", "SUD", "Europe/Monaco"), ("LYON", "", "")):
        form = {"ref": ref, "name": f"Dépôt {ref}", "parent": parent, "timezone": zone}
        assert client.submit(f"{HERE}/new", form).status_code == 303
    assert names(client.get(HERE).text) == [("0", "Dépôt LYON"), ("0", "Dépôt SUD"), ("1", "Dépôt NICE")]
    lyon = depot("LYON").id
    moved = client.submit(f"{HERE}/{lyon}", {"name": "Lyon Gerland", "parent": "NICE", "timezone": ""})
    assert moved.status_code == 303
    assert names(client.get(HERE).text)[-1] == ("2", "Lyon Gerland")
    for parent in ("LYON", "NICE", "SUD"):
        circle = client.submit(f"{HERE}/{depot('SUD').id}", {"name": "Sud", "parent": parent, "timezone": ""})
        assert circle.status_code == 422, parent
    assert depot("SUD").parent_id is None
    acts = session().scalars(select(AuditEntry).where(AuditEntry.object == f"depot:{lyon}")).all()
    assert [entry.act for entry in acts] == ["depot.added", "depot.changed"]
    assert acts[1].details["after"]["parent_id"] == depot("NICE").id


@pytest.mark.parametrize(
    "wrong", [{"ref": ""}, {"ref": "a b"}, {"ref": "LYON"}, {"name": " "}, {"timezone": "Mars/Base"}, {"parent": "X"}]
)
def test_what_makes_no_depot_is_said_at_its_field(client: Client, make: Factory, wrong: dict[str, str]) -> None:
    make.depot("LYON")
    client.sign_in(make.user("admin", language="en").email)
    answer = client.submit(f"{HERE}/new", {"ref": "NICE", "name": "Nice", "parent": "", "timezone": "", **wrong})
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    assert session().scalar(select(func.count()).select_from(Depot)) == 1


def test_an_admin_of_a_region_arranges_its_branch_alone(client: Client, make: Factory) -> None:
    region, other = make.depot("sud"), make.depot("nord")
    nice = make.depot("nice", region)
    client.sign_in(make.user("admin", region, language="en").email)
    page = client.get(HERE).text
    assert names(page) == [("0", "sud"), ("1", "nice")]
    assert client.submit(f"{HERE}/new", {"ref": "x", "name": "X", "parent": "nord"}).status_code == 422
    assert client.submit(f"{HERE}/new", {"ref": "x", "name": "X", "parent": ""}).status_code == 422
    assert client.submit(f"{HERE}/{nice.id}", {"name": "Nice", "parent": "nord"}).status_code == 422
    assert client.submit(f"{HERE}/{nice.id}", {"name": "Nice", "parent": ""}).status_code == 422
    assert client.submit(f"{HERE}/new", {"name": "Nord"}, action=f"{HERE}/{other.id}").status_code == 404
    assert client.submit(f"{HERE}/new", {"ref": "x", "name": "X", "parent": "nice"}).status_code == 303
    # The top of the own perimeter may be renamed, and stays where it hangs.
    assert client.submit(f"{HERE}/{region.id}", {"name": "Grand Sud", "parent": "nice"}).status_code == 303
    assert (depot("sud").name, depot("sud").parent_id, depot("nord").name) == ("Grand Sud", None, "nord")
