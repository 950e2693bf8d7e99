"""Who asks for their data gets it or is erased, what is kept how long is set, and customers read what is done."""

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from bench.erasure import in_rows
from cxweb.accounts.rules import Operator
from cxweb.actions.apply_retention import apply_retention
from cxweb.actions.change_settings import change_settings
from cxweb.actions.save_proof import save_proof
from cxweb.company.queries import digest_key, settings_now
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.drivers.rules import pseudonym
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client
from tests.pictures import photographed

HERE = "/admin/settings/privacy"
PEOPLE = f"{HERE}/people"
PERSON = {"ref": "C-1", "name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("admin", language="en").email)
    return client


def acts() -> list[tuple[str, str, dict[str, object]]]:
    rows = session().execute(select(AuditEntry.act, AuditEntry.object, AuditEntry.details).order_by(AuditEntry.id))
    return [tuple(row) for row in rows if row[0].startswith(("customer.", "driver.exp", "notice.", "setting."))]


def test_a_person_is_found_given_their_data_and_erased(admin: Client, make: Factory) -> None:
    order = make.completed("A-1", customer=PERSON, address_line="12 rue Secrète", notify="email")
    make.rating(order, 4, "Très aimable")
    save_proof("A-1", Operator(), photo=photographed(), signature=None, note="Remis à Nadia")
    assert "Look the person up first" in admin.get(PEOPLE).text
    for words in ("C-1", "A-1", "NADIA@example.com", "06 39 98 00 01", "benkir"):
        assert "Nadia Benkirane" in admin.get(PEOPLE, query_string={"q": words}).text, words
    assert "Nobody is found" in admin.get(PEOPLE, query_string={"q": "Nobody"}).text
    page = f"{PEOPLE}/{order.customer_id}"
    assert page in admin.get(f"/admin/orders/{order.id}").text
    assert "nadia@example.com" in admin.get(page).text

    answer = admin.get(f"{page}/export")
    with ZipFile(BytesIO(answer.data)) as archive:
        data = json.loads(archive.read("data.json"))
        assert archive.read("photo-1.webp")[8:12] == b"WEBP"
    assert (data["customer"][0]["email"], data["order"][0]["address_line"]) == ("nadia@example.com", "12 rue Secrète")
    assert (data["rating"][0]["comment"], data["proof"][0]["photo"]) == ("Très aimable", "photo-1.webp")
    assert len(data["rating_version"]) == len(data["notification"]) == 1

    assert admin.submit(page, {}, action=f"{page}/erase").status_code == 422
    assert admin.submit(page, {"sure": "yes"}, action=f"{page}/erase").location == PEOPLE
    assert in_rows(("Benkirane", "nadia@example.com", "Secrète", "aimable", "Remis")) == []
    assert [admin.get(path).status_code for path in (page, f"{page}/export")] == [404, 404]
    assert page not in admin.get(f"/admin/orders/{order.id}").text
    assert acts() == [
        ("customer.exported", f"customer:{order.customer_id}", {}),
        ("customer.erased", f"customer:{order.customer_id}", {"orders": 1}),
    ]


def test_who_sees_a_part_of_the_company_may_do_neither(client: Client, make: Factory) -> None:
    depot = make.depot("LYON")
    order = make.completed("A-1", customer=PERSON, depot="LYON")
    client.sign_in(make.user("admin", depot).email)
    page = f"{PEOPLE}/{order.customer_id}"
    assert [client.get(path).status_code for path in (PEOPLE, page, f"{page}/export")] == [403] * 3
    assert client.submit(HERE, {"sure": "yes"}, action=f"{page}/erase").status_code == 403
    assert PEOPLE not in client.get(f"/admin/orders/{order.id}").text
    assert len(in_rows(("nadia@example.com",))) > 0


def test_the_terms_are_set_and_what_would_go_is_shown_first(admin: Client, make: Factory) -> None:
    order, old = make.completed("A-1", customer=PERSON), clock.now() - timedelta(days=40)
    with transaction() as opened:
        opened.execute(update(Order).where(Order.id == order.id).values(completed_at=old))
    form = {"retention.contact_days": "30", "retention.words_months": "24", "retention.logs_months": "12"}
    assert admin.submit(HERE, {**form, "retention.contact_days": "0"}, action=HERE).status_code == 422
    assert admin.submit(HERE, {**form, "drivers.pseudonyms": "on"}, action=HERE).location == HERE
    assert (settings_now().retention_contact_days, settings_now().drivers_pseudonyms) == (30, True)
    assert "customers’ e-mail addresses and phone numbers" in admin.get(f"{HERE}?preview=1").text
    assert "No night has found anything" in admin.get(HERE).text
    apply_retention(Operator())
    assert "1 row was emptied or removed" in admin.get(HERE).text
    assert "Nothing is over its term" in admin.get(f"{HERE}?preview=1").text


def test_customers_read_the_companys_own_notice_or_what_the_product_does(admin: Client, make: Factory) -> None:
    make.setting("retention.contact_days", "45")
    assert "deleted 45 days after the delivery" in admin.get("/privacy?lang=en").text
    text = "# Vos données\r\nNous gardons <peu>.\r\n\r\nEt pas longtemps."
    assert admin.submit(HERE, {"language": "fr", "body": text}, action=f"{HERE}/notice").status_code == 303
    page = admin.get("/privacy?lang=fr").text
    assert "<h2>Vos données</h2>" in page
    assert "Nous gardons &lt;peu&gt;." in page
    assert "45 jours" not in page
    assert "deleted 45 days after the delivery" in admin.get("/privacy?lang=en").text
    assert admin.submit(HERE, {"language": "xx", "body": "a"}, action=f"{HERE}/notice").status_code == 422
    admin.submit(HERE, {"language": "fr", "body": " "}, action=f"{HERE}/notice")
    assert "45 jours" in admin.get("/privacy?lang=fr").text
    assert [(act, details) for act, _, details in acts()] == [
        ("notice.changed", {"own": True}),
        ("notice.changed", {"own": False}),
    ]
    assert '<a href="/privacy?lang=en">' in admin.get(f"/t/{make.completed().token}?lang=en").text


def test_a_driver_gets_figures_and_ratings_without_anything_of_the_customers(admin: Client, make: Factory) -> None:
    driver = {"ref": "D-1", "name": "Hugo Marchand"}
    for number, comment in enumerate(("=1+1", "Très aimable", None)):
        make.rating(make.completed(f"A-{number}", customer=PERSON, drivers=[driver]), 4, comment)
    driver_id = make.completed("A-9", drivers=[driver]).crew[0].driver_id
    assert f"/admin/drivers/{driver_id}/export" in admin.get(f"/admin/drivers/{driver_id}").text
    with ZipFile(BytesIO(admin.get(f"/admin/drivers/{driver_id}/export").data)) as archive:
        figures, ratings = (archive.read(name).decode("utf-8-sig") for name in ("figures.json", "ratings.csv"))
    found = json.loads(figures)
    assert (found["name"], found["all_causes"]["stars"]["n"], found["own_causes"]["n"]) == ("Hugo Marchand", 3, 3)
    rows = list(csv.DictReader(StringIO(ratings)))
    assert {(row["order"], row["stars"], row["comment"]) for row in rows} == {
        ("A-0", "4", "'=1+1"),
        ("A-1", "4", "Très aimable"),
        ("A-2", "4", ""),
    }
    assert not [text for text in ("Nadia", "nadia@", "+336") if text in figures + ratings]
    assert acts() == [("driver.exported", f"driver:{driver_id}", {"ratings": 3})]


def test_a_dispatcher_takes_no_drivers_data_away(client: Client, make: Factory) -> None:
    driver_id = make.completed("A-1", drivers=[{"ref": "D-1", "name": "Hugo"}]).crew[0].driver_id
    client.sign_in(make.user("dispatcher").email)
    assert client.get(f"/admin/drivers/{driver_id}/export").status_code == 403
    assert f"/admin/drivers/{driver_id}/export" not in client.get(f"/admin/drivers/{driver_id}").text


def test_exports_call_drivers_by_codes_where_the_company_wants_it(admin: Client, make: Factory) -> None:
    driver = {"ref": "D-1", "name": "Hugo Marchand"}
    make.rating(make.completed("A-1", drivers=[driver]), 4, "Très aimable")
    path = "/admin/analytics/feedback/export?format=csv&sheet="
    named = [admin.get(f"{path}{sheet}").data.decode() for sheet in ("driver", "comments")]
    assert all("Hugo Marchand" in text for text in named)
    change_settings({"drivers.pseudonyms": "on"}, Operator())
    coded = [admin.get(f"{path}{sheet}").data.decode() for sheet in ("driver", "comments")]
    code = pseudonym(digest_key() or "", "D-1")
    assert [(code in text, "Hugo" in text, "D-1," in text) for text in coded] == [(True, False, False)] * 2
