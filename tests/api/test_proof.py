"""Proof of delivery: taken from programs, made small and anonymous, shown to the customer and to staff."""

from base64 import b64encode

import pytest
from flask.testing import FlaskClient

from cxweb.accounts.rules import Operator
from cxweb.actions.create_api_key import create_api_key
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client
from tests.pictures import decoded, encoded, logo, multipart, noise, photographed

MIB = 1024 * 1024


@pytest.fixture
def order(make: Factory) -> Order:
    return make.completed("P-1", customer={"language": "en"})


@pytest.fixture
def api(client: Client) -> FlaskClient:
    """A program that may feed orders and read them."""
    key = create_api_key("program", Operator(), scopes=["orders", "read"])
    client.flask.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client.flask


def send(api: FlaskClient, /, ref: str = "P-1", **fields: bytes | str) -> int:
    return api.post(f"/api/v1/orders/{ref}/proof", **multipart(fields)).status_code


def test_photo_signature_and_note_reach_the_customers_page(api: FlaskClient, client: Client, order: Order) -> None:
    assert "Proof of delivery" not in client.get(f"/t/{order.token}").text
    assert send(api, photo=noise(2000, 1500), signature=logo(), note="Left <b>with</b> the neighbour") == 200
    page = client.get(f"/t/{order.token}").text
    assert "Left &lt;b&gt;with&lt;/b&gt; the neighbour" in page
    assert "<img" not in page
    for kind, longest in (("photo", 60_000), ("signature", 10_000)):
        path = f"/t/{order.token}/proof/{kind}"
        assert f'href="{path}"' in page
        picture = client.flask.get(path)
        assert picture.mimetype == "image/webp"
        assert picture.headers["Cache-Control"] == "no-store"
        assert len(picture.data) <= longest


def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken(
    api: FlaskClient, client: Client, order: Order
) -> None:
    sent = photographed()
    assert b"Lilas" in sent
    assert send(api, photo=sent) == 200
    stored = client.flask.get(f"/t/{order.token}/proof/photo").data
    picture = decoded(stored)
    assert picture.size == (300, 400)
    assert not picture.getexif()
    assert b"Lilas" not in stored
    assert b"EXIF" not in stored


def test_json_with_base64_is_taken_too_and_what_is_absent_is_kept(
    api: FlaskClient, client: Client, order: Order
) -> None:
    photo = b64encode(noise(60, 40)).decode()
    assert api.post("/api/v1/orders/P-1/proof", json={"photo": photo, "note": "At the door"}).status_code == 200
    assert api.post("/api/v1/orders/P-1/proof", json={"note": "With the neighbour"}).status_code == 200
    page = client.get(f"/t/{order.token}").text
    assert "With the neighbour" in page
    assert "At the door" not in page
    assert "See the photo" in page
    assert "See the signature" not in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"photo": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, 422),
        ({"photo": b"\xff\xd8\xff broken"}, 422),
        ({"signature": noise(40, 30)[:-200]}, 422),
        ({"photo": b"x" * (5 * MIB + 1)}, 422),
        ({"photo": b"x" * (12 * MIB)}, 413),
        ({"note": "x" * 501}, 422),
        ({"note": "fine", "extra": "no"}, 422),
    ],
)
def test_what_cannot_be_taken_is_refused_and_changes_nothing(
    api: FlaskClient, client: Client, order: Order, fields: dict[str, bytes | str], status: int
) -> None:
    assert send(api, "P-1", **fields) == status
    assert "Proof of delivery" not in client.get(f"/t/{order.token}").text


@pytest.mark.parametrize(
    "sent", [{"photo": "no base64!"}, {"photo": 5}, {"other": 1}, [], {"photo": None}, {"note": []}]
)
def test_json_that_does_not_fit_is_refused_with_its_pointer(api: FlaskClient, order: Order, sent: object) -> None:
    answer = api.post("/api/v1/orders/P-1/proof", json=sent)
    assert answer.status_code == 422
    assert answer.json is not None
    assert "pointer" in answer.json["errors"][0]


def test_a_photo_of_five_megabytes_is_taken_and_one_of_a_hundred_megapixels_is_not(
    api: FlaskClient, order: Order
) -> None:
    large = noise(1700, 1700, quality=95)
    assert 2 * MIB < len(large) < 5 * MIB
    assert send(api, photo=large) == 200
    from PIL import Image  # noqa: PLC0415 - only this test makes one itself

    bomb = encoded(Image.new("1", (10_000, 10_000)), "PNG")
    assert len(bomb) < 100_000
    assert send(api, photo=bomb) == 422


def test_an_unknown_order_is_404_and_a_wrong_link_has_no_picture(
    api: FlaskClient, client: Client, make: Factory, order: Order
) -> None:
    assert send(api, "P-2", note="x") == 404
    assert send(api, photo=noise(40, 30)) == 200
    assert client.get(f"/t/{order.token}/proof/signature").status_code == 404
    assert client.get(f"/t/{order.token}/proof/other").status_code == 404
    assert client.get(f"/t/{'A' * 22}/proof/photo").status_code == 404


def test_staff_see_the_proof_within_their_perimeter(api: FlaskClient, client: Client, make: Factory) -> None:
    lyon, vienne = make.depot("LYON"), make.depot("VIENNE")
    order = make.completed("P-9", depot="LYON")
    assert send(api, "P-9", photo=noise(40, 30), note="Left at the door") == 200
    client.sign_in(make.user("dispatcher", depot=lyon, language="en").email)
    assert "Left at the door" in client.get(f"/admin/orders/{order.id}").text
    assert client.flask.get(f"/admin/orders/{order.id}/proof/photo").mimetype == "image/webp"
    assert client.get(f"/admin/orders/{order.id}/proof/signature").status_code == 404
    client.flask.delete_cookie("cxweb")
    client.sign_in(make.user("dispatcher", depot=vienne, language="en").email)
    assert client.get(f"/admin/orders/{order.id}/proof/photo").status_code == 404
