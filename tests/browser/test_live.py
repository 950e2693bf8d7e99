"""The live board in real browsers: a rating appears by itself, nothing is lost on the way, and everybody can use it."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import delete

from cxweb.accounts.models import StaffSession
from cxweb.actions.choose_language import choose_language
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.notifications.models import GatewayState
from cxweb.orders.models import Order
from tests.browser.test_staff import DESKTOP, PHONE, sign_in
from tests.factories import Factory

HUGO, AICHA = {"ref": "h", "name": "Hugo Marchand"}, {"ref": "a", "name": "Aïcha Traoré"}
NARROW: ViewportSize = {"width": 320, "height": 640}
# At 200 % a window of 1280 pixels holds half as many.
ZOOMED: ViewportSize = {"width": 640, "height": 450}

pytestmark = pytest.mark.browser


@pytest.fixture
def orders(make: Factory) -> list[Order]:
    """A day of two drivers; the first order is completed and not rated yet."""
    make.setting("company.name", "Maison Colibri")
    make.depot("lyon", name="Lyon")
    soon, customer = clock.now() + timedelta(minutes=40), {"name": "Nadia Benkirane", "email": "nadia@example.com"}
    found = [make.completed("4821", depot="lyon", drivers=[HUGO], customer=customer, promised_to=soon, notify="email")]
    found += [make.order(f"48{n}", depot="lyon", drivers=[AICHA], promised_to=soon) for n in range(30, 50)]
    make.rating(make.completed("4790", drivers=[AICHA], customer=customer), 2, "Plus d’une heure de retard.")
    return found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport=DESKTOP, locale="fr-FR", reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def board(context: BrowserContext, site: str, make: Factory, orders: list[Order]) -> Page:
    page = sign_in(context, site, make.user("admin", language="fr", name="Inès Moreau").email)
    page.goto(f"{site}/admin/live")
    expect(page.locator("#pulse")).to_have_text("à jour")
    return page


def rate(browser: Browser, site: str, order: Order, stars: int = 5) -> float:
    """A customer rates in a browser of their own; when the answer was sent."""
    customer = browser.new_context(viewport=PHONE, locale="fr-FR")
    page = customer.new_page()
    page.goto(f"{site}/t/{order.token}?stars={stars}")
    page.get_by_label("Un mot pour nous").fill("Très aimable, merci")
    sent = time.time()
    page.locator("#rate .send").click()
    expect(page.get_by_text("Merci, c’est noté.")).to_be_visible()
    customer.close()
    return sent


def test_a_rating_given_elsewhere_appears_within_two_seconds_and_nothing_else_moves(
    browser: Browser, site: str, board: Page, orders: list[Order]
) -> None:
    row = board.locator(f"#order-{orders[0].id}")
    board.evaluate("window.same = true; window.scrollTo(0, 200)")
    row.locator(".go").focus()
    before = board.evaluate("window.scrollY")
    board.evaluate(
        """id => new MutationObserver(() => {
             if (!window.at && document.querySelector(`#order-${id} .stars`)) window.at = Date.now();
           }).observe(document.getElementById("live"), {childList: true, subtree: true})""",
        orders[0].id,
    )
    sent = rate(browser, site, orders[0])
    expect(row.get_by_role("img", name="5 sur 5")).to_be_visible()
    assert board.evaluate("window.at") - 1000 * sent <= 2000
    expect(row).to_have_class(re.compile("new"))
    expect(row).to_contain_text("à l’instant")
    expect(board.locator("#announced")).to_have_text("Nouvelle note : 5 sur 5, commande 4821.")
    expect(board.locator("#latest .feed > li").first).to_contain_text("Très aimable, merci")
    expect(board.locator("#counters")).to_contain_text("2 avis")
    assert board.evaluate("window.same"), "the page was not loaded again"
    assert board.evaluate("window.scrollY") == before
    expect(row.locator(".go")).to_be_focused()


def test_an_open_panel_stays_open_and_follows_its_order(
    browser: Browser, site: str, board: Page, orders: list[Order]
) -> None:
    board.locator(f"#order-{orders[0].id} .go").click()
    panel = board.locator("#panel")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Commande 4821")
    expect(board).to_have_url(re.compile(f"order={orders[0].id}"))
    board.locator("#panel-title").evaluate("title => title.blur()")
    rate(browser, site, orders[0])
    expect(panel).to_contain_text("Très aimable, merci")
    board.reload()
    expect(panel).to_contain_text("Très aimable, merci")
    board.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(board).not_to_have_url(re.compile("order="))


def test_the_keyboard_opens_and_closes_an_order(board: Page, orders: list[Order]) -> None:
    link = board.locator(f"#order-{orders[0].id} .go")
    link.focus()
    board.keyboard.press("Enter")
    expect(board.locator("#panel-title")).to_be_focused()
    board.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_what_came_in_while_offline_is_caught_up(
    browser: Browser, site: str, context: BrowserContext, board: Page, orders: list[Order]
) -> None:
    context.set_offline(True)
    expect(board.locator("#pulse")).to_contain_text("Pas de connexion depuis")
    rate(browser, site, orders[0], 1)
    context.set_offline(False)
    expect(board.locator("#pulse")).to_have_text("à jour", timeout=15_000)
    expect(board.locator(f"#order-{orders[0].id}")).to_contain_text("note basse")


def test_who_is_signed_out_elsewhere_is_told_and_recovers(site: str, board: Page) -> None:
    with transaction() as opened:
        opened.execute(delete(StaffSession))
    expect(board.locator("#pulse")).to_contain_text("Vous n’êtes plus connecté", timeout=15_000)
    board.get_by_role("link", name="Se reconnecter").click()
    expect(board).to_have_url(re.compile("/login"))


def test_a_low_rating_rings_only_for_who_asked_for_it(board: Page) -> None:
    button = board.get_by_role("button", name="Sonner à une note basse")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(board.locator("#alerts")).to_have_attribute("aria-pressed", "true")
    board.reload()
    expect(board.locator("#alerts")).to_have_attribute("aria-pressed", "true")


def test_filters_keep_polling_for_what_they_show(browser: Browser, site: str, board: Page, orders: list[Order]) -> None:
    board.get_by_label("Chauffeur", exact=True).select_option("h")
    expect(board.locator(".board .go")).to_have_count(1)
    rate(browser, site, orders[0], 4)
    expect(board.locator(f"#order-{orders[0].id}").get_by_role("img", name="4 sur 5")).to_be_visible()
    expect(board.locator(".board .go")).to_have_count(1)


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [
        (DESKTOP, "light", "en"),
        (DESKTOP, "dark", "fr"),
        (PHONE, "dark", "en"),
        (NARROW, "light", "fr"),
        (ZOOMED, "light", "en"),
    ],
    ids=["desktop-light", "desktop-dark", "phone-dark", "320", "zoomed"],
)
def test_the_board_is_fit_for_everybody(
    browser: Browser, site: str, make: Factory, orders: list[Order], size: ViewportSize, scheme: str, language: str
) -> None:
    """An empty day, a busy one with a dead gateway, a panel, the settings and a wall display."""
    with transaction() as opened:
        opened.add(GatewayState(channel="email", failures=9, rests_until=clock.now() + timedelta(minutes=5)))
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="fr-FR", reduced_motion="reduce")  # type: ignore[arg-type]
    person = make.user("admin", language="fr")
    page = sign_in(context, site, person.email)
    choose_language(language, person)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    panel = f"/admin/live?order={orders[0].id}"
    for path in ("/admin/live?day=2020-01-01", "/admin/live", "/admin/live?by=depot", panel, "/admin/settings/live"):
        page.goto(f"{site}{path}")
        if "/settings" not in path:
            expect(page.locator("#pulse")).to_have_attribute("data-state", "fresh")
        found = Axe().run(page).response["violations"]
        assert [f"{path} {problem['id']}: {problem['nodes'][0]['html'][:160]}" for problem in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    page.locator("#wall-name").fill("Hall")
    page.locator("form[action$='/walls'] button").click()
    wall = page.locator("#wall-address").input_value()
    page.goto(f"{re.sub(r'^http://[^/]+', site, wall)}?lang={language}")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == []
    context.close()
