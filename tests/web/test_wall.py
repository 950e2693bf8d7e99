"""Wall displays: made and revoked by an admin, open to whoever knows the address, and without a word about anybody."""

import re

import pytest

from cxweb.boards.models import Wall
from cxweb.boards.queries import log, walls
from cxweb.core import tokens
from tests.factories import Factory
from tests.page import Client


def made(client: Client, form: dict[str, str]) -> str:
    page = client.submit("/admin/settings/live", form, action="/admin/settings/live/walls").text
    found = re.search(r'value="http://localhost(/wall/[\w-]{43})"', page)
    assert found
    return found.group(1)


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("admin", language="en").email)
    return client


def test_a_display_shows_figures_and_nothing_personal(admin: Client, make: Factory) -> None:
    customer = {"name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}
    order = make.completed("REF-4821", customer=customer, drivers=[{"ref": "h", "name": "Hugo Marchand"}], city="Lyon")
    make.rating(order, 2, "My own words")
    address = made(admin, {"name": "Hall"})
    visitor = Client(admin.app)
    page = visitor.get(f"{address}?lang=en")
    assert page.status_code == 200
    assert "2 out of 5" in page.text
    assert "2.0" in page.text
    assert page.headers.getlist("Set-Cookie") == []
    for secret in ("Nadia", "nadia@", "39980001", "Hugo", "REF-4821", "My own words", "Lyon", order.token):
        assert secret not in page.text, secret


def test_only_the_digest_of_its_address_is_stored(admin: Client) -> None:
    address = made(admin, {"name": "Hall"})
    (wall,) = walls()
    assert wall.digest == tokens.digest(address.removeprefix("/wall/"))
    assert address.removeprefix("/wall/") not in admin.get("/admin/settings/live").text


def test_a_revoked_or_unknown_display_opens_nothing(admin: Client) -> None:
    address = made(admin, {"name": "Hall"})
    (wall,) = walls()
    admin.submit("/admin/settings/live", {}, action=f"/admin/settings/live/walls/{wall.id}/revoke")
    visitor = Client(admin.app)
    for path in (address, f"{address}/changes?v=0", "/wall/unknown"):
        assert visitor.get(path).status_code == 404, path
    assert walls() == []
    again = admin.submit("/admin/settings/live", {}, action=f"/admin/settings/live/walls/{wall.id}/revoke")
    assert again.status_code == 404


def test_a_display_follows_its_depot_and_no_other(admin: Client, make: Factory) -> None:
    make.depot("a", name="Dépôt A")
    make.depot("b", name="Dépôt B")
    mine, other = make.completed(depot="a"), make.completed(depot="b")
    address = made(admin, {"name": "Hall", "depot": "a"})
    visitor = Client(admin.app)
    day = visitor.get(f"{address}?lang=en").text
    version, minute = re.findall(r'data-(?:version|minute)="([\d.]+)"', day)
    poll = f"{address}/changes?lang=en&v={version}&at={minute}"
    make.rating(other, 1)
    log().refresh(at_once=True)
    assert visitor.get(poll).status_code == 204
    make.rating(mine, 5)
    log().refresh(at_once=True)
    news = visitor.get(poll)
    assert news.status_code == 200
    assert "5.0" in news.text
    assert "Dépôt B" not in news.text


@pytest.mark.parametrize("role", ["reader", "dispatcher", "relations"])
def test_only_admins_make_displays(client: Client, make: Factory, role: str) -> None:
    client.sign_in(make.user(role).email)
    answer = client.submit("/admin/components", {"name": "Hall"}, action="/admin/settings/live/walls")
    assert answer.status_code == 403
    assert walls() == []


def test_an_admin_of_a_depot_makes_and_revokes_displays_of_it_alone(client: Client, make: Factory) -> None:
    mine, theirs = make.depot("a"), make.depot("b")
    client.sign_in(make.user("admin", mine, language="en").email)
    refused = client.submit("/admin/settings/live", {"name": "X", "depot": "b"}, action="/admin/settings/live/walls")
    assert refused.status_code == 404
    made(client, {"name": "Hall"})
    (wall,) = walls()
    assert (wall.depot_id, isinstance(wall, Wall)) == (mine.id, True)
    boss = Client(client.app)
    boss.sign_in(make.user("admin", language="en").email)
    made(boss, {"name": "Cour B", "depot": "b"})
    assert "Cour B" not in client.get("/admin/settings/live").text
    foreign = next(found for found in walls() if found.depot_id == theirs.id)
    answer = client.submit("/admin/settings/live", {}, action=f"/admin/settings/live/walls/{foreign.id}/revoke")
    assert answer.status_code == 404


def test_settings_take_whole_numbers_within_their_limits(admin: Client) -> None:
    form = {"alerts.low_rating": "2", "alerts.daily_cap": "5", "drivers.least": "12", "drivers.months": "6"}
    assert admin.submit("/admin/settings/live", form).status_code == 303
    page = admin.get("/admin/settings/live").text
    assert re.findall(r'type="number"[^>]*value="(\d+)"', page) == ["2", "5", "12", "6"]
    assert admin.submit("/admin/settings/live", {**form, "drivers.least": "3"}).status_code == 422
