"""The whole survey in Chromium: every state fit for everybody, with and without scripts, and nothing typed lost."""

import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect
from sqlalchemy import select

from cxweb.accounts.rules import Operator
from cxweb.actions.change_logo import change_logo
from cxweb.actions.edit_survey import edit_survey
from cxweb.actions.save_proof import save_proof
from cxweb.core.db import session
from cxweb.orders.models import Order
from cxweb.ratings.models import Rating, RatingVersion
from cxweb.surveys.queries import current
from tests.factories import Factory
from tests.pictures import logo, noise

PHONE: ViewportSize = {"width": 390, "height": 844}
# 1280 points at 400 % are 320.
ZOOMED: ViewportSize = {"width": 320, "height": 256}
ALL = {"asks_nps": True, "asks_ces": True, "asks_open": True, "asks_reasons": True}
TARGETS = """() => [...document.querySelectorAll("a, button, summary, label:has(input), textarea")]
  .filter(e => e.checkVisibility() && (e.offsetWidth < 44 || e.offsetHeight < 44)).map(e => e.outerHTML.slice(0, 90))"""

pytestmark = pytest.mark.browser


def publish(**facts: object) -> None:
    survey = current()
    edit_survey(replace(survey, **facts), survey.number, Operator())  # type: ignore[arg-type]


@pytest.fixture
def order(make: Factory) -> Order:
    """A completed order of a company that asks everything and has a look of its own."""
    make.setting("company.name", "Maison Colibri")
    make.setting("company.contact", "04 78 00 00 00")
    make.setting("company.colour", "#e08020")
    change_logo(logo(), Operator())
    publish(**ALL)
    return make.completed(customer={"language": "fr"}, drivers=[{"ref": "h", "name": "Hugo Marchand"}])


def stored() -> Rating | None:
    session().expire_all()
    return session().scalar(select(Rating))


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{problem['id']}: {problem['nodes'][0]['html'][:120]}" for problem in found]


def has_room(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("skin", ["stars", "numbers", "smileys"])
def test_every_state_of_the_survey_is_fit_for_everybody(
    browser: Browser, site: str, make: Factory, order: Order, skin: str, language: str
) -> None:
    rated = make.completed()
    make.rating(rated, 4, "Bien", nps=9, ces=4, open="Rien", reasons=("on_time",))
    save_proof(rated.ref, Operator(), photo=noise(40, 30), signature=logo(), note="Remis au voisin")
    make.setting("company.public_review_url", "https://reviews.example.com/")
    if skin != "stars":
        publish(skin=skin)
    paths = [f"/t/{order.token}", f"/t/{order.token}?stars=2", f"/t/{rated.token}", f"/t/{rated.token}?edit=1"]
    page = browser.new_page()
    for path in (*paths, *(["/privacy"] if skin == "stars" else [])):
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
        page.set_viewport_size(ZOOMED)
        assert has_room(page), path
        page.set_viewport_size(PHONE)
        assert has_room(page), path
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (path, scheme)
    page.close()


def test_whatever_is_touched_is_44_points_wide_and_high(browser: Browser, site: str, order: Order) -> None:
    for size in (PHONE, ZOOMED, ViewportSize(width=1280, height=900)):
        page = browser.new_page(viewport=size)
        page.goto(f"{site}/t/{order.token}?stars=4")
        assert page.evaluate(TARGETS) == []
        page.close()


def test_text_twice_as_large_needs_no_sideways_scroll(browser: Browser, site: str, order: Order) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}?stars=4")
    page.evaluate("document.styleSheets[0].insertRule(':root { --t1: 26px; --t2: 30px; --t3: 34px; --t4: 40px }')")
    assert has_room(page)
    page.close()


def test_the_whole_survey_without_scripts(browser: Browser, site: str, order: Order) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/t/{order.token}")
    page.get_by_role("radio", name="2, Mauvaise").check()
    expect(page.get_by_role("checkbox", name="À l’heure")).to_be_hidden()
    page.get_by_role("checkbox", name="Trop tard").check()
    page.get_by_role("radio", name="3", exact=True).first.check()
    page.get_by_role("textbox", name="Un mot pour nous").fill("Deux heures de retard")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("checkbox", name="Too late")).to_be_checked()
    expect(page.get_by_role("textbox", name="A word for us")).to_have_value("Deux heures de retard")
    assert stored() is None
    page.get_by_role("button", name="Send my rating").click()
    expect(page.get_by_text("Thank you, it is noted.")).to_be_visible()
    rating = stored()
    assert rating is not None
    assert (rating.stars, rating.nps, [reason.code for reason in rating.reasons]) == (2, 3, ["late"])
    page.get_by_role("link", name="Change").click()
    page.get_by_role("checkbox", name="Too late").uncheck()
    page.get_by_role("button", name="Send my rating").click()
    rating = stored()
    assert rating is not None
    assert rating.reasons == []
    context.close()


def test_the_stars_are_stored_at_once_and_leaving_loses_nothing(browser: Browser, site: str, order: Order) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}?stars=5")
    assert stored() is None
    expect(page.get_by_role("radio", name="5, Excellente")).to_be_focused()
    page.get_by_role("radio", name="4, Bonne").check()
    expect(page.get_by_role("status")).to_have_text("Enregistré.")
    page.get_by_role("checkbox", name="Chauffeur aimable").check()
    page.get_by_role("textbox", name="Un mot pour nous").fill("Aimable")
    expect(page.locator("#comment-length")).to_have_text("7 / 2000")
    said = re.compile("comment=Aimable")
    with page.expect_response(lambda answer: bool(said.search(answer.request.post_data or ""))):
        page.get_by_role("textbox", name="mieux faire").focus()
    page.close()
    rating = stored()
    assert rating is not None
    assert (rating.stars, rating.comment, [reason.code for reason in rating.reasons]) == (4, "Aimable", ["kind_driver"])


def test_a_comment_typed_offline_is_sent_once_when_the_connection_returns(
    browser: Browser, site: str, order: Order
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.url.endswith("/rating") else None)
    page.goto(f"{site}/t/{order.token}")
    page.get_by_role("radio", name="4, Bonne").check()
    expect(page.get_by_role("status")).to_have_text("Enregistré.")
    context.set_offline(True)
    page.get_by_role("textbox", name="Un mot pour nous").fill("Écrit dans le tunnel")
    page.get_by_role("button", name="Envoyer ma note").last.click()
    expect(page.get_by_role("status")).to_contain_text("gardée sur cet appareil")
    before = len(posts)
    context.set_offline(False)
    expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
    expect(page.get_by_text("Écrit dans le tunnel")).to_be_visible()
    assert len(posts) == before + 1
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    page.wait_for_timeout(300)
    assert len(posts) == before + 1
    context.close()


def test_an_answer_kept_when_the_page_was_left_is_sent_at_the_next_visit(
    browser: Browser, site: str, order: Order
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{site}/t/{order.token}")
    context.set_offline(True)
    page.get_by_role("radio", name="3, Moyenne").check()
    expect(page.get_by_role("status")).to_contain_text("gardée sur cet appareil")
    page.close()
    assert stored() is None
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{site}/t/{order.token}")
    expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
    context.close()


def test_sending_twice_stores_once(browser: Browser, site: str, order: Order) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}?stars=4")
    page.get_by_role("button", name="Envoyer ma note").last.dblclick()
    expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
    page.close()
    assert len(session().scalars(select(RatingVersion)).all()) == 1


def test_a_slow_press_right_after_typing_reaches_the_button(browser: Browser, site: str, order: Order) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}?stars=4")
    page.locator("button.send").scroll_into_view_if_needed()
    page.locator("#comment").evaluate("field => field.focus({ preventScroll: true })")
    page.keyboard.type("Très bien")
    page.locator("button.send").scroll_into_view_if_needed()
    box = page.locator("button.send").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 6)
    # Leaving the field stores what was typed, and what says so may not push the button away under the finger.
    page.mouse.down()
    expect(page.locator("output")).to_have_text("Enregistré.")
    page.mouse.up()
    expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
    page.close()


def test_enter_sends_the_form_and_does_not_switch_the_language(browser: Browser, site: str, order: Order) -> None:
    for scripts in (True, False):
        context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{site}/t/{order.token}?edit=1&stars=4")
        page.get_by_role("radio", name="4, Bonne").press("Enter")
        expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
        context.close()


def test_the_page_is_opened_when_it_was_in_view_for_two_seconds(browser: Browser, site: str, order: Order) -> None:
    def seen() -> bool:
        session().expire_all()
        return session().scalar(select(Order.seen_at).where(Order.id == order.id)) is not None

    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}")
    page.wait_for_timeout(1000)
    assert not seen()
    with page.expect_response(re.compile("/seen$")) as answer:
        pass
    assert answer.value.status == 204
    assert seen()
    page.close()


def test_every_answer_is_announced_under_its_question(browser: Browser, site: str, order: Order) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}?stars=4")
    tree = page.locator("form").aria_snapshot()
    names = [
        "Évaluez votre expérience avec Maison Colibri",
        "Qu’est-ce qui a compté",
        "Un mot pour nous",
        "Nous recommanderiez-vous",
        "Recevoir votre commande",
        "Que pourrions-nous",
        "Envoyer ma note",
    ]
    places = [tree.index(name) for name in names]
    assert places == sorted(places)
    assert tree.count("- group") == 4
    page.close()


def test_everything_the_fullest_page_loads_fits_one_round_trip(browser: Browser, site: str, order: Order) -> None:
    save_proof(order.ref, Operator(), photo=noise(40, 30), signature=logo(), note="Remis en main propre au voisin")
    loaded: list[Response] = []
    context = browser.new_context(viewport=PHONE, color_scheme="dark", locale="fr-FR")
    page = context.new_page()
    page.on("response", lambda answer: loaded.append(answer))
    page.goto(f"{site}/t/{order.token}?stars=2", wait_until="networkidle")
    sizes = {answer.url.removeprefix(site): len(gzip.compress(answer.body(), 9)) for answer in loaded}
    assert all(answer.url.startswith(site) or answer.url.startswith("data:") for answer in loaded)
    assert {Path(url.split("?")[0]).suffix for url in sizes} >= {".css", ".js", ""}
    assert any(url.startswith("/logo/") for url in sizes)
    assert sum(sizes.values()) <= 14_000, sizes
    assert len((Path(__file__).parents[2] / "static" / "js" / "customer.js").read_bytes()) <= 2048
    context.close()
