"""The feedback report in Chromium: fit for everybody at every size, and filtered without leaving the page."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from cxweb.core import clock
from tests.browser.test_staff import DESKTOP, HUGO, PHONE, sign_in
from tests.factories import Factory

PATH = "/admin/analytics/feedback"
# A small phone is also what a screen of twice its width is at 200 %.
SMALL = {"width": 320, "height": 640}
LOOKS = ((PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark"), (SMALL, "light"))

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(make: Factory) -> str:
    """The address of an admin of a company with a little of every figure."""
    for name in ("Lyon", "Annecy"):
        make.depot(name.lower(), name=name)
    for back in range(6):
        with clock.showing(clock.now() - timedelta(days=back)):
            for stars in (5, 2):
                order = make.completed(depot="lyon" if stars == 5 else "annecy", drivers=[HUGO], notify="email")
                make.rating(order, stars, "Trop tard", nps=stars * 2, ces=stars, open="Prévenir", reasons=("late",))
    return make.user("admin", language="fr", name="Inès Moreau").email


def test_the_report_is_fit_for_everybody_at_every_size(site: str, admin: str, browser: Browser) -> None:
    said: list[str] = []
    for size, scheme in LOOKS:
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="fr-FR", reduced_motion="reduce")  # type: ignore[arg-type]
        page = sign_in(context, site, admin)
        page.on("console", lambda message: said.append(message.text))
        for path in (PATH, f"{PATH}?by=driver&compare=both&driver=h&driver=x&tag=a"[: None if size is PHONE else 48]):
            page.goto(f"{site}{path}")
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            found = Axe().run(page).response["violations"]
            where = (size["width"], scheme, path)
            assert [f"{problem['id']}: {problem['nodes'][0]['html'][:160]}" for problem in found] == [], where
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), where
        assert said == []
        context.close()


def test_filters_change_the_figures_the_words_above_them_and_what_is_exported(
    site: str, admin: str, browser: Browser
) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="fr-FR")
    page = sign_in(context, site, admin)
    page.goto(f"{site}{PATH}")
    page.evaluate("window.same = true")
    page.get_by_label("Dépôt").select_option("lyon")
    expect(page.get_by_text("6 commandes terminées")).to_be_visible()
    expect(page.get_by_role("link", name="Exporter les données")).to_have_attribute("href", re.compile("depot=lyon"))
    today = clock.now().date()
    page.get_by_label("du", exact=True).fill(today.isoformat())
    page.get_by_label("au", exact=True).fill((today - timedelta(days=3)).isoformat())
    page.get_by_label("au", exact=True).blur()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez chaque date")
    assert page.evaluate("window.same")
    context.close()
