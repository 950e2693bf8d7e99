"""The staff's pages in Chromium: fit for everybody, without sideways scroll or console errors; scripts only help."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from cxweb.core import clock
from tests.factories import PASSWORD, Factory

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
HUGO = {"ref": "h", "name": "Hugo Marchand"}

pytestmark = pytest.mark.browser


def sign_in(context: BrowserContext, site: str, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}/login")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour")
    return page


@pytest.fixture
def admin(make: Factory) -> str:
    """The address of an admin of a company with a little of everything."""
    make.setting("company.name", "Maison Colibri")
    make.depot("lyon", name="Lyon")
    customer = {"name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}
    for stars in (5, 2):
        order = make.completed(depot="lyon", drivers=[HUGO], customer=customer, notify="email")
        make.rating(order, stars, "Livré à l’heure, et le livreur a monté le colis jusqu’au troisième. Merci !")
    make.order(depot="lyon", drivers=[HUGO], promised_to=clock.now() - timedelta(hours=1))
    return make.user("admin", language="fr", name="Inès Moreau").email


@pytest.fixture(params=[(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="fr-FR", reduced_motion="reduce")
    yield context
    context.close()


def test_every_page_is_fit_for_everybody(site: str, admin: str, look: BrowserContext) -> None:
    page = sign_in(look, site, admin)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    pages = ["/admin/", "/admin/orders", "/admin/orders/1", "/admin/orders/3", "/admin/orders/new", "/admin/ratings"]
    pages += ["/admin/drivers", "/admin/drivers/1", "/admin/messages", "/admin/settings/tracking"]
    pages += ["/admin/settings/messages", "/admin/settings/messages/wording"]
    pages += ["/admin/settings/messages/wording?channel=sms&kind=survey-reminder&language=en"]
    pages += ["/admin/settings/survey", "/admin/settings/company", "/admin/components", "/admin/orders?q=zzz"]
    pages += ["/admin/users", "/admin/users/new", "/admin/users/1", "/admin/depots", "/admin/depots/1", "/admin/audit"]
    pages += ["/admin/account", "/admin/account/totp", "/password"]
    for path in pages:
        page.goto(f"{site}{path}")
        found = Axe().run(page).response["violations"]
        assert [f"{path} {problem['id']}: {problem['nodes'][0]['html'][:160]}" for problem in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    assert said == []


def test_the_whole_way_without_scripts(site: str, admin: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    page = sign_in(context, site, admin)
    page.get_by_role("link", name="Nouvelle commande").click()
    page.get_by_label("Numéro de commande").fill("X-1")
    page.get_by_label("Chauffeur", exact=True).select_option("h")
    page.get_by_role("button", name="Créer la commande").click()
    page.get_by_role("button", name="Terminer la commande").click()
    link = page.locator("#tracking-link").input_value()
    page.goto(re.sub(r"^http://[^/]+", site, link))
    page.get_by_label("4, Bonne").check()
    page.get_by_label("Un mot pour nous").fill("Très bien, sans script")
    page.get_by_role("button", name="Envoyer ma note").click()
    page.goto(f"{site}/admin/ratings")
    expect(page.get_by_text("Très bien, sans script")).to_be_visible()
    page.get_by_role("button", name="Modifier les filtres").click()
    page.get_by_label("un mot du commentaire").fill("sans script")
    page.get_by_role("button", name="Appliquer").click()
    expect(page.locator(".cards > li")).to_have_count(1)
    page.get_by_role("link", name="Hugo Marchand").click()
    expect(page.get_by_text("Très bien, sans script")).to_be_visible()
    context.close()


def test_filters_refresh_the_list_alone_and_stay_in_the_address(site: str, admin: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="fr-FR")
    page = sign_in(context, site, admin)
    page.goto(f"{site}/admin/ratings")
    page.evaluate("window.same = true")
    page.get_by_label("Ordre de la liste").select_option("lowest")
    expect(page.locator(".cards li").first).to_contain_text("note basse")
    expect(page).to_have_url(re.compile("sort=lowest"))
    assert page.evaluate("window.same")
    page.reload()
    expect(page.locator(".cards li").first).to_contain_text("note basse")
    context.close()


def test_the_preview_follows_what_is_typed(site: str, admin: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="fr-FR")
    page = sign_in(context, site, admin)
    page.goto(f"{site}/admin/settings/survey")
    shown = page.frame_locator("#preview").locator("legend")
    expect(shown).to_have_text("Évaluez votre expérience avec Maison Colibri")
    page.locator("#question_fr").fill("Alors, [Nom de l’entreprise] ?")
    expect(shown).to_have_text("Alors, Maison Colibri ?")
    page.locator(".pick label", has_text="English").click()
    expect(shown).to_have_text("Rate your experience with Maison Colibri")
    context.close()
