"""The company's own look on its customers' pages: logo, colour, privacy notice, ways to reach it."""

import re

import pytest

from cxweb import ROOT
from cxweb.company.queries import settings_now
from cxweb.core.colours import DARK, ENOUGH, LIGHT, accent_on, contrast
from tests.factories import Factory
from tests.page import Client
from tests.pictures import decoded, logo, multipart, noise

LOGO = "/admin/settings/company/logo"
COMPANY = "/admin/settings/company"
FORM = {"name": "Maison Colibri", "language": "fr", "timezone": "Europe/Paris", "country": "FR", "contact": ""}
COLOURS = ["#000000", "#ffffff", "#ffff00", "#0f5c4d", "#e08020", "#7f7f7f", "#ff0000", "#0000ff", "#00ff00"]


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    make.setting("company.name", "Maison Colibri")
    client.sign_in(make.user("admin", language="en").email)
    return client


def upload(admin: Client, content: bytes) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', admin.get(COMPANY).text)
    assert token
    return admin.post(LOGO, **multipart({"csrf_token": token[1], "logo": content})).status_code


@pytest.mark.parametrize("content", [logo(), logo(kind="WEBP"), noise(1000, 700), noise(30, 900), logo(16, 16)])
def test_a_logo_of_any_kind_becomes_three_kilobytes_and_stands_on_the_page(
    admin: Client, make: Factory, content: bytes
) -> None:
    token = make.completed().token
    assert upload(admin, content) == 303
    page = admin.get(f"/t/{token}").text
    found = re.search(r'<img class="logo" src="(/logo/\w+)" width="(\d+)" height="(\d+)" alt="Maison Colibri">', page)
    assert found
    answer = admin.flask.get(found[1])
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) <= 3_000
    picture = decoded(answer.data)
    assert not picture.getexif()
    assert int(found[2]) <= 160
    assert int(found[3]) <= 44
    assert picture.width <= 2 * int(found[2]) <= picture.width + 1


def test_a_new_logo_takes_the_place_of_the_old_one_and_can_go(admin: Client, make: Factory) -> None:
    token = make.completed().token
    upload(admin, logo())
    first = settings_now().company_logo.split()[0]
    upload(admin, noise(300, 100))
    assert admin.get(f"/logo/{first}").status_code == 404
    assert "/logo/" in admin.get(COMPANY).text
    admin.submit(COMPANY, {"remove": "1"}, action=LOGO)
    assert settings_now().company_logo == ""
    assert '<span class="brand">Maison Colibri</span>' in admin.get(f"/t/{token}").text


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", logo()[:300], b"GIF89a"])
def test_what_is_no_picture_is_refused_and_the_old_logo_stays(admin: Client, content: bytes) -> None:
    upload(admin, logo())
    before = settings_now().company_logo
    assert upload(admin, content) == 303
    assert "not a PNG, JPEG, WebP or GIF" in admin.get(COMPANY).text
    assert settings_now().company_logo == before


def test_a_file_beyond_a_megabyte_is_refused(admin: Client) -> None:
    assert upload(admin, b"x" * 1_200_000) == 413
    assert settings_now().company_logo == ""


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("grounds", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_can_be_read_on_every_ground_it_meets(colour: str, grounds: tuple[str, ...]) -> None:
    accent = accent_on(colour, grounds)
    for ground in (*grounds, accent.soft, accent.ink):
        assert contrast(accent.accent, ground) >= ENOUGH


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert accent_on("#0f5c4d", LIGHT).accent == "#0f5c4d"
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    found = re.findall(r"--(?:ground|surface|raised): (#[0-9a-f]{6})", tokens)
    assert found == [*LIGHT, *DARK]


def test_the_colour_comes_as_a_stylesheet_and_the_page_says_where_it_was_adjusted(admin: Client, make: Factory) -> None:
    token = make.completed().token
    assert "/colour/" not in admin.get(f"/t/{token}").text
    assert admin.submit(COMPANY, {**FORM, "colour": "#E08020"}).status_code == 303
    assert '<link rel="stylesheet" href="/colour/e08020.css">' in admin.get(f"/t/{token}").text
    sheet = admin.flask.get("/colour/e08020.css")
    assert sheet.mimetype == "text/css"
    light, dark = accent_on("#e08020", LIGHT), accent_on("#e08020", DARK)
    assert f"--accent:{light.accent};" in sheet.text
    assert f"--accent:{dark.accent};" in sheet.text
    page = admin.get(COMPANY).text
    assert f"On light ground: {light.accent}" in page
    assert "Adjusted: yours has a contrast of 2.4 there" in page
    assert page.count("Adjusted") == 1


@pytest.mark.parametrize("path", ["/colour/red.css", "/colour/12345G.css", "/colour/%7D.css", "/logo/x", "/logo/%00"])
def test_made_up_addresses_of_the_look_are_unknown(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_colour_that_is_none_is_refused_at_its_field(admin: Client) -> None:
    answer = admin.submit(COMPANY, {**FORM, "colour": "red"})
    assert answer.status_code == 422
    assert 'id="colour-error"' in answer.text


@pytest.mark.parametrize(("language", "title"), [("fr", "Vos données"), ("en", "Your data")])
def test_the_privacy_notice_speaks_the_pages_language(client: Client, make: Factory, language: str, title: str) -> None:
    make.setting("company.name", "Maison Colibri")
    make.setting("company.contact", "dpo@example.com")
    page = client.get(f"/t/{make.completed().token}?lang={language}").text
    assert f'href="/privacy?lang={language}"' in page
    notice = client.get(f"/privacy?lang={language}")
    assert notice.status_code == 200
    assert title in notice.text
    assert 'href="mailto:dpo@example.com"' in notice.text
    assert "Set-Cookie" not in notice.headers


def test_the_foot_of_the_page_leads_to_the_opt_out(client: Client, make: Factory) -> None:
    order = make.completed()
    assert f'href="/u/{order.token}"' in client.get(f"/t/{order.token}").text


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_order_that_came_to_nothing_offers_a_way_to_report_it(client: Client, make: Factory, status: str) -> None:
    order = make.order(status=status, customer={"language": "en"})
    assert "Tell us:" not in client.get(f"/t/{order.token}").text
    make.setting("company.contact", "+33 4 78 00 00 00")
    page = client.get(f"/t/{order.token}").text
    assert "Tell us:" in page
    assert page.count('href="tel:+33478000000"') == 2


def test_a_link_that_leads_nowhere_says_so_kindly(client: Client, make: Factory) -> None:
    make.setting("company.name", "Maison Colibri")
    make.setting("company.contact", "04 78 00 00 00")
    answer = client.get("/t/" + "A" * 22, headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    for text in ("We cannot find this order", "Maison Colibri", "04 78 00 00 00"):
        assert text in answer.text
