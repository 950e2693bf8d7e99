"""A page that was kept is given out only while nothing it shows has changed, whoever changed it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update

from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.core import clock
from cxweb.core.db import db, transaction
from cxweb.orders.models import Order, StatusChange
from cxweb.orders.queries import by_ref
from cxweb.ratings.models import Rating
from cxweb.surveys.models import SurveyText, SurveyVersion
from cxweb.surveys.queries import forget
from cxweb.web.public import kept_pages
from tests.factories import Factory
from tests.page import Client

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


@pytest.fixture
def order(make: Factory) -> Order:
    return make.order("A-1", status="on_the_way", at=NOON, customer={"language": "fr"}, postcode="69003", city="Lyon")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the pages that were made, in order, as the rule of what they depend on was asked for them."""
    seen: list[str] = []
    keep = kept_pages.KeptPages.keep

    def noted(self: kept_pages.KeptPages, environ: dict[str, str], page: kept_pages.Kept) -> None:
        seen.append(environ["PATH_INFO"])
        keep(self, environ, page)

    monkeypatch.setattr(kept_pages.KeptPages, "keep", noted)
    return seen


def test_who_comes_back_gets_the_same_page_without_its_being_made_again(
    client: Client, order: Order, made: list[str]
) -> None:
    with clock.showing(NOON):
        first, second = client.get(f"/t/{order.token}"), client.get(f"/t/{order.token}")
    assert first.data == second.data
    numbered = {"X-Request-Id": first.headers["X-Request-Id"]}
    assert dict(first.headers) == dict(second.headers) | numbered
    assert second.headers["Cache-Control"] == "no-store"
    assert made == [f"/t/{order.token}"]


def by_another_process(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def move_history() -> None:
    with transaction() as opened:
        opened.execute(update(StatusChange).values(at=NOON - timedelta(hours=3)))


def publish(make: Factory) -> None:
    with transaction() as opened:
        version = SurveyVersion(number=1, created_at=clock.now(), created_by="system")
        version.texts = [SurveyText(language="fr", question="Tout s’est bien passé ?", comment_prompt="Un mot ?")]
        opened.add(version)
    forget()


CHANGES: dict[str, Callable[[Factory], object]] = {
    "a status": lambda make: change_order_status(by_ref, "A-1", "completed", Operator(), at=NOON),
    "an address": lambda make: by_another_process("""UPDATE "order" SET city = 'Oullins'"""),
    "the company's name": lambda make: make.setting("company.name", "Maison Colibri"),
    "the company's zone": lambda make: make.setting("company.timezone", "Asia/Tokyo"),
    "the customer's language": lambda make: by_another_process("UPDATE customer SET language = 'en'"),
    "a step of the history": lambda make: move_history(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_on_the_very_next_page(
    client: Client, make: Factory, order: Order, change: str, made: list[str]
) -> None:
    with clock.showing(NOON + timedelta(minutes=1)):
        before = client.get(f"/t/{order.token}").text
        CHANGES[change](make)
        after = client.get(f"/t/{order.token}").text
    assert before != after
    assert len(made) == 2


def test_a_rating_a_correction_and_a_new_survey_are_on_the_very_next_page(
    client: Client, make: Factory, order: Order
) -> None:
    change_order_status(by_ref, "A-1", "completed", Operator())
    path = f"/t/{order.token}"
    assert "Évaluez votre expérience" in client.get(path).text
    publish(make)
    assert "Tout s’est bien passé ?" in client.get(path).text
    client.post(f"{path}/rating", {"stars": "4", "comment": "Bien"})
    assert "Bien" in client.get(path).text
    client.post(f"{path}/rating", {"comment": "Très bien"})
    assert "Très bien" in client.get(path).text
    with transaction() as opened:
        opened.query(Rating).delete()
    assert "Très bien" not in client.get(path).text


def test_today_becomes_yesterday_at_midnight_of_the_depots_zone(client: Client, make: Factory) -> None:
    make.depot("RUN", timezone="Indian/Reunion")
    with clock.showing(datetime(2026, 11, 17, 19, 58, tzinfo=UTC)):
        path = f"/t/{make.completed(depot='RUN', customer={'language': 'fr'}).token}"
        assert "aujourd’hui à 23:58" in client.get(path).text
    with clock.showing(datetime(2026, 11, 17, 20, 0, 1, tzinfo=UTC)):
        assert "hier à 23:58" in client.get(path).text


def test_the_end_of_the_correction_window_is_on_the_page_at_that_second(client: Client, make: Factory) -> None:
    make.setting("survey.correction_hours", "1")
    with clock.showing(NOON):
        order = make.completed(customer={"language": "fr"})
        make.rating(order, 4)
    with clock.showing(NOON + timedelta(minutes=59, seconds=59)):
        assert "Modifier" in client.get(f"/t/{order.token}").text
    with clock.showing(NOON + timedelta(hours=1)):
        assert "Modifier" not in client.get(f"/t/{order.token}").text


def test_a_link_that_is_rotated_removed_or_switched_off_is_gone_at_once(
    client: Client, make: Factory, order: Order
) -> None:
    path = f"/t/{order.token}"
    assert client.get(path).status_code == 200
    make.setting("tracking.enabled", "off")
    assert client.get(path).status_code == 404
    make.setting("tracking.enabled", "on")
    assert client.get(path).status_code == 200
    by_another_process(f"""UPDATE "order" SET token = '{"R" * 22}'""")
    assert client.get(path).status_code == 404
    assert client.get("/t/" + "R" * 22).status_code == 200


def test_each_language_choice_and_encoding_has_its_own_page(client: Client, make: Factory) -> None:
    path = f"/t/{make.completed().token}"
    asked: list[tuple[str, dict[str, str]]] = [
        (path, {"Accept-Language": "fr"}),
        (path, {"Accept-Language": "en"}),
        (f"{path}?lang=fr", {"Accept-Language": "en"}),
        (f"{path}?stars=4", {"Accept-Language": "en"}),
        (path, {"Accept-Language": "en", "Accept-Encoding": "gzip"}),
    ]
    first = [client.flask.get(address, headers=headers).data for address, headers in asked]
    assert [client.flask.get(address, headers=headers).data for address, headers in asked] == first
    assert len(set(first)) == len(asked)


def test_no_more_pages_are_kept_than_there_is_room_for(
    app: Flask, client: Client, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pages, "MOST_PAGES", 5)
    path = f"/t/{make.completed().token}"
    for number in range(20):
        assert client.get(f"{path}?x={number}").status_code == 200
    client.get(f"{path}?x={'y' * 1000}")
    assert len(app.extensions["cxweb.pages"].pages) == 5
