"""The further questions: switched on by the company, optional to the customer, kept as they come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cxweb.accounts.rules import Operator
from cxweb.actions.edit_survey import edit_survey
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating, RatingReason
from cxweb.surveys.queries import current
from tests.factories import Factory
from tests.page import Client

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
ALL = {"asks_nps": True, "asks_ces": True, "asks_open": True, "asks_reasons": True}
FULL = {
    "stars": "4",
    "comment": "Bien",
    "nps": "9",
    "ces": "5",
    "open": "Rien",
    "reasons": ["", "on_time", "kind_driver"],
}


def publish(**facts: object) -> None:
    survey = current()
    edit_survey(replace(survey, **facts), survey.number, Operator())  # type: ignore[arg-type]


def stored() -> Rating:
    session().expire_all()
    return session().scalars(select(Rating)).one()


def codes() -> list[str]:
    return sorted(reason.code for reason in stored().reasons)


@pytest.fixture
def token(make: Factory) -> str:
    """The link of a completed order, with every question asked."""
    publish(**ALL)
    return make.completed(customer={"language": "en"}).token


def test_each_question_appears_with_its_switch_alone(client: Client, make: Factory) -> None:
    token = make.completed().token
    names = {"asks_nps": 'name="nps"', "asks_ces": 'name="ces"', "asks_open": 'name="open"', "asks_reasons": "chips"}
    assert not any(name in client.get(f"/t/{token}").text for name in names.values())
    for switch, name in names.items():
        publish(**{**dict.fromkeys(ALL, False), switch: True})
        page = client.get(f"/t/{token}").text
        assert [other for other in names.values() if other in page] == [name]


def test_every_answer_is_stored_and_shown_as_recorded(client: Client, token: str) -> None:
    assert client.post(f"/t/{token}/rating", FULL).status_code == 303
    rating = stored()
    assert (rating.stars, rating.comment, rating.nps, rating.ces, rating.open) == (4, "Bien", 9, 5, "Rien")
    assert codes() == ["kind_driver", "on_time"]
    page = client.get(f"/t/{token}").text
    assert "On time and Kind driver" in page
    assert "9 out of 10" in page
    assert "5 out of 5" in page
    edit = client.get(f"/t/{token}?edit=1").text
    assert 'value="on_time" checked' in edit
    assert 'name="nps" value="9" checked' in edit
    assert ">Rien</textarea>" in edit


def test_answers_come_one_by_one_and_what_is_not_sent_stays(client: Client, token: str) -> None:
    for field, value in FULL.items():
        assert client.post(f"/t/{token}/rating", {field: value}).status_code == 303
    rating = stored()
    assert (rating.stars, rating.comment, rating.nps, rating.ces, rating.open) == (4, "Bien", 9, 5, "Rien")
    assert codes() == ["kind_driver", "on_time"]
    assert [version.reasons for version in rating.versions][-1] == ["kind_driver", "on_time"]
    assert rating.version == len(rating.versions) == len(FULL)
    client.post(f"/t/{token}/rating", FULL)
    assert stored().version == len(FULL)


def test_all_reasons_are_taken_back_by_the_empty_one(client: Client, token: str) -> None:
    client.post(f"/t/{token}/rating", FULL)
    client.post(f"/t/{token}/rating", {"comment": "Mieux"})
    assert codes() == ["kind_driver", "on_time"]
    client.post(f"/t/{token}/rating", {"reasons": ""})
    assert codes() == []
    assert [version.reasons for version in stored().versions] == [["kind_driver", "on_time"]] * 2 + [[]]


def test_a_reason_that_no_longer_fits_the_stars_is_left_aside(client: Client, token: str) -> None:
    client.post(f"/t/{token}/rating", {"stars": "2", "reasons": ["", "on_time", "late"]})
    assert codes() == ["late"]


def test_a_reason_keeps_the_cause_it_was_chosen_with(client: Client, token: str) -> None:
    client.post(f"/t/{token}/rating", {"stars": "2", "reasons": "late"})
    reasons = tuple(replace(reason, cause="other") for reason in current().reasons)
    publish(reasons=reasons)
    client.post(f"/t/{token}/rating", {"reasons": ["late", "damaged"]})
    assert {row.code: row.cause for row in session().scalars(select(RatingReason))} == {
        "late": "delay",
        "damaged": "product",
    }


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"nps": "11"}, "from 0 to 10"),
        ({"nps": "-1"}, "from 0 to 10"),
        ({"nps": "٣"}, "from 0 to 10"),
        ({"nps": ["1", "2"]}, "one answer to each question"),
        ({"ces": "0"}, "from 1 to 5"),
        ({"ces": "6"}, "from 1 to 5"),
        ({"open": "x" * 2001}, "longer than 2,000"),
        ({"open": "a\x00b"}, "cannot be stored"),
        ({"reasons": "made_up"}, "among the reasons"),
        ({"reasons": "<script>"}, "among the reasons"),
    ],
)
def test_what_cannot_be_stored_is_refused_at_its_field_and_nothing_is_lost(
    client: Client, token: str, sent: dict[str, str], said: str
) -> None:
    answer = client.post(f"/t/{token}/rating", {"stars": "4", "comment": "gardé", "ces": "2", **sent})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-describedby="problem' in answer.text or 'length problem"' in answer.text
    assert ">gardé</textarea>" in answer.text
    assert 'value="4" aria-label="4, Good" required checked' in answer.text
    assert session().scalar(select(Rating.id)) is None


def test_an_answer_belongs_to_the_version_its_page_showed(client: Client, token: str) -> None:
    publish(reasons=tuple(reason for reason in current().reasons if reason.code != "late"))
    assert client.post(f"/t/{token}/rating", {"stars": "1", "reasons": "late"}).status_code == 422
    opened_before = {"stars": "1", "reasons": "late", "survey": "1"}
    assert client.post(f"/t/{token}/rating", opened_before).status_code == 303
    version = stored().survey_version
    assert version is not None
    assert version.number == 1


@pytest.mark.parametrize("number", ["", "x", "99", "9" * 400, "-1"])
def test_a_made_up_version_is_the_one_in_force(client: Client, token: str, number: str) -> None:
    assert client.post(f"/t/{token}/rating", {"stars": "1", "survey": number}).status_code == 303
    version = stored().survey_version
    assert version is not None
    assert version.number == 1


@pytest.mark.parametrize("skin", ["stars", "numbers", "smileys"])
def test_every_skin_stores_the_same_integer(client: Client, make: Factory, skin: str) -> None:
    if skin != "stars":
        publish(skin=skin)
    token = make.completed(customer={"language": "en"}).token
    page = client.get(f"/t/{token}").text
    assert page.count('name="stars"') == 5
    assert 'aria-label="5, Excellent"' in page
    client.post(f"/t/{token}/rating", {"stars": "3"})
    assert stored().stars == 3
    assert 'aria-label="3 / 5, Average"' in client.get(f"/t/{token}").text


def test_another_language_keeps_what_is_filled_in_and_stores_nothing(client: Client, token: str) -> None:
    page = client.post(f"/t/{token}?lang=fr", {**FULL, "comment": "half a wo"})
    assert page.status_code == 200
    assert "Envoyer ma note" in page.text
    assert ">half a wo</textarea>" in page.text
    assert 'value="4" aria-label="4, Bonne" required checked' in page.text
    assert 'value="on_time" checked' in page.text
    assert f'action="/t/{token}/rating?lang=fr"' in page.text
    assert session().scalar(select(Rating.id)) is None


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"a=1" + b"&a=1" * 60, b"stars=%ff"])
def test_another_language_takes_any_body(client: Client, token: str, body: bytes) -> None:
    answer = client.post(f"/t/{token}?lang=fr", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code < 500


def test_stars_of_the_address_are_chosen_and_have_the_focus(client: Client, token: str) -> None:
    page = client.get(f"/t/{token}?stars=4").text
    assert 'value="4" aria-label="4, Good" required checked autofocus' in page
    assert " autofocus" not in client.get(f"/t/{token}").text
    assert session().scalar(select(Rating.id)) is None


def test_the_survey_closes_so_many_days_after_completion_and_an_answer_stays_correctable(
    client: Client, make: Factory
) -> None:
    with clock.showing(NOON):
        late, answered = make.completed(customer={"language": "en"}), make.completed(customer={"language": "en"})
    with clock.showing(NOON + timedelta(days=400)):
        assert "<form" in client.get(f"/t/{late.token}").text
    make.setting("survey.closing_days", "7")
    with clock.showing(NOON + timedelta(days=6, hours=23)):
        client.post(f"/t/{answered.token}/rating", {"stars": "5"})
    with clock.showing(NOON + timedelta(days=7)):
        page = client.get(f"/t/{late.token}").text
        assert "<form" not in page
        assert "The time to rate this order is over." in page
        assert client.post(f"/t/{late.token}/rating", {"stars": "5"}).status_code == 409
        assert client.post(f"/t/{answered.token}/rating", {"stars": "4"}).status_code == 303


def test_the_review_link_is_for_everyone_who_rated_or_for_no_one(client: Client, make: Factory) -> None:
    orders = [make.rating(stars=stars).order_id for stars in (1, 3, 5)]
    tokens = [session().get_one(Order, order).token for order in orders]
    assert not any("Tell others" in client.get(f"/t/{token}?lang=en").text for token in tokens)
    make.setting("company.public_review_url", "https://reviews.example.com/colibri")
    assert all('href="https://reviews.example.com/colibri"' in client.get(f"/t/{token}").text for token in tokens)


def test_only_a_post_of_seen_counts_as_opened_and_only_the_first(client: Client, make: Factory) -> None:
    order = make.completed()
    path = f"/t/{order.token}/seen"

    def seen_at() -> datetime | None:
        return session().scalar(select(Order.seen_at).where(Order.id == order.id))

    for method in ("get", "head", "options"):
        getattr(client.flask, method)(path)
        getattr(client.flask, method)(f"/t/{order.token}?stars=5")
    assert seen_at() is None
    with clock.showing(NOON):
        assert client.post(path).status_code == 204
    with clock.showing(NOON + timedelta(hours=1)):
        assert client.post(path).status_code == 204
    assert seen_at() == NOON
    assert client.post("/t/" + "A" * 22 + "/seen").status_code == 404


def test_staff_see_every_answer_reason_cause_and_version(client: Client, make: Factory) -> None:
    publish(**ALL)
    order = make.completed()
    make.rating(order, 2, "Trop tard", nps=3, ces=1, open="Appeler", reasons=("late",))
    make.rating(order, 1, "Trop tard")
    client.sign_in(make.user("admin", language="en").email)
    page = client.get(f"/admin/orders/{order.id}").text
    for text in ("Too late · Timing", "3 out of 10", "1 out of 5", "Appeler", "1 earlier version", "NPS answer 3"):
        assert text in page
    cards = client.get("/admin/ratings").text
    for text in ("Too late", "NPS answer 3 of 10", "CES answer 1 of 5", "Appeler"):
        assert text in cards
    assert "No rating fits" in client.get("/admin/ratings?reason=damaged&stars=1").text
    assert "Appeler" in client.get("/admin/ratings?reason=late").text
