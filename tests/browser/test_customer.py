"""The customer's page in a real browser: phone and desktop, without JavaScript, in both languages and schemes."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.factories import Factory

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
# What a page is looked at in. A scheme changes colours alone, and a width hardly what axe sees, but what has room.
SIGHTS: tuple[tuple[ViewportSize, tuple[Literal["light", "dark"], ...]], ...] = (
    ({"width": 320, "height": 640}, ()),
    (PHONE, ("light", "dark")),
    (DESKTOP, ("light",)),
)

pytestmark = pytest.mark.browser


def check_all_sights(page: Page) -> None:
    """Fit for everybody and nothing to scroll sideways, on each screen and in both schemes."""
    for size, schemes in SIGHTS:
        page.set_viewport_size(size)
        assert no_sideways_scroll(page), page.url
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (page.url, scheme)


def violations(page: Page) -> list[str]:
    """What axe finds wrong; it needs JavaScript, which the page itself does not."""
    found = Axe().run(page).response["violations"]
    return [f"{problem['id']}: {problem['nodes'][0]['html'][:120]}" for problem in found]


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_customer_rates_without_javascript_and_reads_what_was_recorded(
    browser: Browser, site: str, make: Factory, size: ViewportSize
) -> None:
    make.setting("company.name", "Maison Colibri")
    order = make.completed(customer={"language": "fr"})
    context = browser.new_context(viewport=size, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/t/{order.token}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Livrée aujourd’hui")
    expect(page.get_by_role("textbox")).to_be_hidden()
    page.get_by_role("radio", name="4, Bonne").check()
    page.get_by_role("textbox", name="Un mot pour nous").fill("À l’heure, merci !")
    page.get_by_role("button", name="Envoyer ma note").click()
    expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
    expect(page.get_by_role("img", name="4 / 5, Bonne")).to_be_visible()
    expect(page.get_by_text("À l’heure, merci !")).to_be_visible()
    page.get_by_role("link", name="Modifier").click()
    expect(page.get_by_role("radio", name="4, Bonne")).to_be_checked()
    assert context.cookies() == []
    context.close()


def test_the_keyboard_alone_is_enough(browser: Browser, site: str, make: Factory) -> None:
    order = make.completed(customer={"language": "en"})
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="1, Very poor")).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="5, Excellent")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Quick and kind")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you, it is noted.")).to_be_visible()
    expect(page.get_by_text("Quick and kind")).to_be_visible()
    page.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_state_of_the_page_has_an_accessibility_violation(
    browser: Browser, site: str, make: Factory, language: str
) -> None:
    make.setting("company.contact", "04 78 00 00 00")
    rated = make.completed()
    make.rating(rated, 2, "Trop tard")
    orders = [make.order(status=status) for status in ("planned", "on_the_way", "arrived", "failed", "cancelled")]
    paths = [f"/t/{order.token}?lang={language}" for order in [*orders, rated]]
    paths += [f"/t/{make.completed().token}?lang={language}&stars=3", f"/t/unknown?lang={language}"]
    page = browser.new_page()
    for path in paths:
        page.goto(site + path)
        check_all_sights(page)
    page.close()


def test_a_missing_star_is_told_at_the_question(browser: Browser, site: str, make: Factory) -> None:
    order = make.completed(customer={"language": "fr"})
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site}/t/{order.token}")
    page.evaluate("document.forms[0].noValidate = true; document.forms[0].submit()")
    expect(page.get_by_role("alert")).to_have_text("Choisissez d’une à cinq étoiles.")
    assert violations(page) == []
    page.close()
