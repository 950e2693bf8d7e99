"""Acts of several steps about accounts, in Chromium: sessions end elsewhere, a user gets parts of the company."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from cxweb.accounts.models import User
from cxweb.core.db import session
from tests.browser.test_staff import DESKTOP, PHONE, sign_in
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.browser
CHOSEN = "quatre mots bien rangés"


@pytest.fixture
def two(browser: Browser, site: str, make: Factory) -> Iterator[tuple[Page, Page, str]]:
    """One person in two browsers, the second one without scripts, and their address."""
    email = make.user("dispatcher", language="fr", name="Inès Moreau").email
    contexts = [
        browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=works) for works in (True, False)
    ]
    yield sign_in(contexts[0], site, email), sign_in(contexts[1], site, email), email
    for context in contexts:
        context.close()


def test_a_session_is_ended_from_elsewhere_and_a_new_password_ends_all_others(
    two: tuple[Page, Page, str], site: str
) -> None:
    here, there, email = two
    here.goto(f"{site}/admin/account")
    here.get_by_role("button", name="Fermer", exact=True).click()
    expect(here.get_by_role("button", name="Fermer", exact=True)).to_have_count(0)
    there.goto(f"{site}/admin/orders")
    expect(there).to_have_url(re.compile(r"/login\?next="))
    there.get_by_label("Adresse e-mail").fill(email)
    there.get_by_label("Mot de passe").fill(PASSWORD)
    there.get_by_role("button", name="Se connecter", exact=True).click()
    expect(there).to_have_url(f"{site}/admin/orders")
    here.goto(f"{site}/admin/account")
    here.get_by_label("Mot de passe actuel").fill(PASSWORD)
    here.get_by_label("Nouveau mot de passe").fill(CHOSEN)
    here.get_by_role("button", name="Changer le mot de passe").click()
    there.goto(f"{site}/admin/orders")
    expect(there).to_have_url(re.compile(r"/login\?next="))
    here.goto(f"{site}/admin/orders")
    expect(here).to_have_url(f"{site}/admin/orders")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_user_gets_two_parts_of_two_hundred_depots(site: str, browser: Browser, make: Factory, scripts: bool) -> None:
    region = make.depot("R", name="Région Sud")
    for number in range(200):
        make.depot(f"D-{number:03}", region if number % 2 else None, name=f"Dépôt {number:03}")
    lea = make.user("dispatcher", name="Léa Fontaine")
    context = browser.new_context(viewport=PHONE if scripts else DESKTOP, locale="fr-FR", java_script_enabled=scripts)
    page = sign_in(context, site, make.user("admin", language="fr", name="Inès Moreau").email)
    page.goto(f"{site}/admin/users/{lea.id}")
    page.get_by_label("Partie 1 de l’entreprise").select_option("D-150")
    page.get_by_label("Partie 2 de l’entreprise").select_option("R")
    page.locator("#acting-2").select_option("off")
    page.get_by_role("button", name="Ajouter une ligne").click()
    expect(page.get_by_label("Partie 3 de l’entreprise")).to_have_value("")
    if scripts:
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # Enter in a field saves, and does not add a row.
    page.get_by_label("Nom", exact=True).press("Enter")
    expect(page).to_have_url(f"{site}/admin/users")
    session().expire_all()
    stored = session().get_one(User, lea.id)
    assert [(part.depot.ref if part.depot else None, part.acting) for part in stored.branches] == [
        ("D-150", True),
        ("R", False),
    ]
    context.close()
