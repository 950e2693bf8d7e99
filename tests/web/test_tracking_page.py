"""The customer's page: what it says, what it takes, what it refuses."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.core import clock
from cxweb.core.db import session
from cxweb.ratings.models import Rating
from tests.factories import Factory
from tests.page import Client

FORM = "application/x-www-form-urlencoded"
NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


def ratings() -> int:
    return session().scalar(select(func.count()).select_from(Rating)) or 0


def test_a_completed_order_asks_its_question_in_the_orders_language(client: Client, make: Factory) -> None:
    make.setting("company.name", "Maison Colibri")
    order = make.completed(customer={"language": "fr"}, drivers=[{"ref": "D1", "name": "Hugo Marchand"}])
    page = client.get(f"/t/{order.token}")
    assert page.status_code == 200
    assert "Évaluez votre expérience avec Maison Colibri" in page.text
    assert "Livrée aujourd’hui à" in page.text
    assert "Hugo" in page.text
    assert "Marchand" not in page.text


def test_the_language_of_the_address_wins_and_travels_with_the_answer(client: Client, make: Factory) -> None:
    order = make.completed(customer={"language": "fr"})
    page = client.get(f"/t/{order.token}?lang=en")
    assert "Rate your experience with" in page.text
    assert f'action="/t/{order.token}/rating?lang=en"' in page.text
    answer = client.post(f"/t/{order.token}/rating?lang=en", {"stars": "5"})
    assert answer.status_code == 303
    assert answer.location == f"/t/{order.token}?lang=en"


def test_an_answer_needs_no_cookie_and_gets_none(client: Client, make: Factory) -> None:
    order = make.completed()
    answer = client.post(f"/t/{order.token}/rating", {"stars": "4", "comment": "Merci !"})
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "Merci, c’est noté." in page.text
    assert "Merci !" in page.text
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("status", ["planned", "on_the_way", "arrived", "failed", "cancelled"])
def test_an_order_that_is_not_completed_shows_its_state_and_no_survey(
    client: Client, make: Factory, status: str
) -> None:
    order = make.order(status=status)
    assert "<form" not in client.get(f"/t/{order.token}").text
    refused = client.post(f"/t/{order.token}/rating", {"stars": "5"})
    assert refused.status_code == 409
    assert ratings() == 0


def test_a_failed_order_tells_its_reason(client: Client, make: Factory) -> None:
    order = make.order(status="failed")
    assert "a reason" in client.get(f"/t/{order.token}").text


@pytest.mark.parametrize("path", ["A" * 22, "short", "A" * 23, "..%2f..%2fetc"])
def test_wrong_links_get_one_and_the_same_page(client: Client, make: Factory, path: str) -> None:
    make.completed()
    answer = client.get(f"/t/{path}")
    assert answer.status_code == 404
    assert answer.text == client.get("/t/" + "B" * 22).text


def test_with_tracking_off_links_answer_as_unknown_ones(client: Client, make: Factory) -> None:
    order = make.completed()
    make.setting("tracking.enabled", "off")
    assert client.get(f"/t/{order.token}").status_code == 404
    assert client.post(f"/t/{order.token}/rating", {"stars": "5"}).status_code == 404
    assert ratings() == 0


def test_with_feedback_off_the_status_stays_and_stored_answers_stay_readable(client: Client, make: Factory) -> None:
    rated, unrated = make.completed(), make.completed()
    make.rating(rated, 2, "Trop tard")
    make.setting("feedback.enabled", "off")
    assert "Trop tard" in client.get(f"/t/{rated.token}").text
    assert "<form" not in client.get(f"/t/{unrated.token}").text


@pytest.mark.parametrize("stars", ["५", "6", "0", "", "5.0", " 5", "+5", "1e0", "５"])
def test_stars_that_are_not_exactly_one_of_five_are_refused(client: Client, make: Factory, stars: str) -> None:
    order = make.completed(customer={"language": "fr"})
    answer = client.post(f"/t/{order.token}/rating", {"stars": stars, "comment": "gardé"})
    assert answer.status_code == 422
    assert "Choisissez d’une à cinq étoiles." in answer.text
    assert "gardé" in answer.text
    assert ratings() == 0


def test_missing_stars_and_two_stars_are_refused_with_the_reason_at_the_field(client: Client, make: Factory) -> None:
    order = make.completed(customer={"language": "en"})
    missing = client.post(f"/t/{order.token}/rating", {"comment": "kept"})
    twice = client.post(f"/t/{order.token}/rating", {"stars": ["4", "5"]})
    assert (missing.status_code, twice.status_code) == (422, 422)
    assert "Choose from one to five stars." in missing.text
    assert "Choose one number of stars only." in twice.text
    assert ratings() == 0


@pytest.mark.parametrize(
    ("comment", "problem"), [("a" * 5000, "2,000 characters"), ("before\x00after", "cannot be stored")]
)
def test_comments_that_cannot_be_stored_are_refused_and_kept_in_the_field(
    client: Client, make: Factory, comment: str, problem: str
) -> None:
    order = make.completed(customer={"language": "en"})
    answer = client.post(f"/t/{order.token}/rating", {"stars": "4", "comment": comment})
    assert answer.status_code == 422
    assert problem in answer.text
    assert comment.replace("\x00", "")[:20] in answer.text
    assert ratings() == 0


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"stars=5&comment=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"stars=5&comment=\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"stars=5&comment=" + b"a" * 20_000_000, "application/x-www-form-urlencoded", 413),
        (b"stars=5" + b"&a=1" * 5000, "application/x-www-form-urlencoded", 413),
        (b"\x00\x01\x02", "application/octet-stream", 400),
        (b'{"stars": 5}', "application/json", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b"--x\r\n", "multipart/form-data", 400),
    ],
)
def test_bodies_that_cannot_be_read_get_the_page_with_the_reason(
    client: Client, make: Factory, body: bytes, content_type: str, status: int
) -> None:
    order = make.completed(customer={"language": "fr"})
    answer = client.post(f"/t/{order.token}/rating", body, content_type=content_type)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert 'lang="fr"' in answer.text
    assert ratings() == 0


def test_a_comment_is_shown_as_typed_and_never_as_markup(client: Client, make: Factory) -> None:
    order = make.completed()
    typed = '<script>alert(1)</script> & "quotes" العربية\nsecond line'
    client.post(f"/t/{order.token}/rating", {"stars": "3", "comment": typed})
    page = client.get(f"/t/{order.token}").text
    assert "<script>alert" not in page
    assert '<bdi dir="auto">&lt;script&gt;alert(1)' in page


def test_stars_in_the_address_preselect_and_record_nothing(client: Client, make: Factory) -> None:
    order = make.completed()
    page = client.get(f"/t/{order.token}?stars=4")
    assert page.text.count(" checked") == 1
    assert 'value="4" aria-label="4, Bonne" required checked' in page.text
    for method in ("get", "head", "options"):
        getattr(client.flask, method)(f"/t/{order.token}?stars=1")
    assert ratings() == 0


def test_a_rating_can_be_changed_within_a_day_and_the_page_says_until_when(client: Client, make: Factory) -> None:
    with clock.showing(NOON):
        order = make.completed(customer={"language": "fr"})
        client.post(f"/t/{order.token}/rating", {"stars": "4", "comment": "Bien"})
        page = client.get(f"/t/{order.token}").text
        assert "jusqu’à demain à 13:00" in page
        edit = client.get(f"/t/{order.token}?edit=1").text
        assert 'value="4" aria-label="4, Bonne" required checked' in edit
        assert ">Bien</textarea>" in edit
    with clock.showing(NOON + timedelta(hours=25)):
        late = client.post(f"/t/{order.token}/rating", {"stars": "1"})
        assert late.status_code == 409
        assert "Elle reste telle quelle" in late.text
        assert "<form" not in client.get(f"/t/{order.token}?edit=1").text


def test_times_are_shown_in_the_depots_zone(client: Client, make: Factory) -> None:
    make.depot("RUN", timezone="Indian/Reunion")
    with clock.showing(NOON):
        order = make.completed(depot="RUN", customer={"language": "fr"})
        assert "Livrée aujourd’hui à 16:00" in client.get(f"/t/{order.token}").text


def test_the_address_is_masked(client: Client, make: Factory) -> None:
    order = make.order(address_line="12 rue des Lilas", postcode="69003", city="Lyon")
    page = client.get(f"/t/{order.token}").text
    assert "69003 Lyon" in page
    assert "Lilas" not in page


def test_private_pages_are_not_cached_framed_indexed_and_leak_no_address(client: Client, make: Factory) -> None:
    headers = client.get(f"/t/{make.completed().token}").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_service_says_that_it_lives_and_that_it_is_ready(app: Flask, client: Client) -> None:
    assert client.flask.get("/healthz").json == {"status": "ok"}
    ready = client.flask.get("/readyz")
    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["reasons"] == []


def test_an_unreadable_body_on_a_rated_order_is_no_silent_success(client: Client, make: Factory) -> None:
    order = make.completed()
    make.rating(order, 4)
    answer = client.post(f"/t/{order.token}/rating", b"stars=1", content_type="multipart/form-data")
    assert answer.status_code == 400


def test_a_chunked_body_above_the_limit_is_refused_and_not_cut(client: Client, make: Factory) -> None:
    order = make.completed()
    body = b"stars=5&comment=hi&x=" + b"a" * 300_000
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    small = {"input_stream": BytesIO(b"stars=5&comment=hi"), "content_type": FORM, "environ_overrides": chunked}
    large = {"input_stream": BytesIO(body), "content_type": FORM, "environ_overrides": chunked}
    assert client.post(f"/t/{order.token}/rating", **large).status_code == 413
    assert ratings() == 0
    assert client.post(f"/t/{order.token}/rating", **small).status_code == 303
    assert ratings() == 1
