"""The editor of the messages' texts in Chromium, with and without scripts, and the mail itself on a narrow screen."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from cxweb.wordings.rules import KINDS
from tests.actions.test_message_texts import HOSTILE, made
from tests.browser.test_staff import DESKTOP, PHONE, admin, sign_in

pytestmark = pytest.mark.browser
EDITOR = "/admin/settings/messages/wording"
SMS = f"{EDITOR}?kind=survey-invitation&channel=sms&language=fr"
# The fixture is asked for by its name.
__all__ = ["admin"]
# What is asked of pages: a letter has no landmarks and no headings.
PAGES = {"region", "page-has-heading-one", "landmark-one-main"}


@pytest.fixture
def page(site: str, admin: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, locale="fr-FR")
    page = sign_in(context, site, admin)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    yield page
    assert said == []
    context.close()


def test_the_mail_follows_what_is_typed(site: str, page: Page) -> None:
    page.goto(f"{site}{EDITOR}")
    letter = page.frame_locator("#letter")
    expect(letter.locator(".question")).to_have_text("Évaluez votre expérience avec Maison Colibri")
    expect(page.get_by_text("Pas encore enregistré.")).to_be_hidden()
    page.get_by_label("Texte", exact=True).fill("Merci, dit [chauffeur].\n\n[lien]")
    expect(letter.locator(".words").first).to_have_text("Merci, dit Hugo.")
    assert letter.locator(".button").evaluate("button => getComputedStyle(button).borderRadius") == "8px"
    page.get_by_label("Objet").fill("Voici [commande]")
    expect(page.locator("#subject-shown")).to_have_text("Voici 4821")
    expect(page.get_by_text("Pas encore enregistré.")).to_be_visible()
    page.get_by_role("button", name="Envoyer un essai").click()
    expect(page.get_by_text("rien n’a quitté cette machine")).to_be_visible()
    expect(letter.locator(".words").first).to_have_text("Merci, dit Hugo.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Version 1 en ligne")).to_be_visible()
    expect(letter.locator(".words").first).to_have_text("Merci, dit Hugo.")


def test_the_sms_is_weighed_while_it_is_typed_and_a_button_replaces(site: str, page: Page) -> None:
    page.goto(f"{site}{SMS}")
    page.get_by_label("Texte", exact=True).fill("Ça va ? Vous êtes ça ? [lien]")
    expect(page.locator(".bubble")).to_contain_text("Ça va ? Vous êtes ça ? http")
    page.get_by_role("button", name="Écrire « e » au lieu de « ê »").click()
    expect(page.get_by_label("Texte", exact=True)).to_have_value("Ça va ? Vous etes ça ? [lien]")
    page.get_by_role("button", name="Écrire « c » au lieu de « ç »").click()
    expect(page.locator("#weighed")).to_contain_text("1 segment de 160 caractères")


def test_it_all_works_without_scripts(site: str, admin: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    page = sign_in(context, site, admin)
    page.goto(f"{site}{EDITOR}")
    page.get_by_label("Texte", exact=True).fill("Sans script.\n\n[lien]")
    page.get_by_role("button", name="Montrer dans l’aperçu").click()
    expect(page.frame_locator("#letter").locator(".words").first).to_have_text("Sans script.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Version 1 en ligne")).to_be_visible()
    page.get_by_role("link", name="SMS", exact=True).click()
    page.get_by_label("Texte", exact=True).fill("Ça va, Colibri ? [lien]")
    page.get_by_role("button", name="Montrer dans l’aperçu").click()
    expect(page.locator("#weighed")).to_contain_text("1 segment de 160 caractères")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_is_readable_on_320_pixels_whatever_its_names(app: Flask, browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    mails = [made(driver_name=value, order_ref=value) for value in HOSTILE.values()]
    mails += [made(kind=kind, language="fr") for kind in KINDS if kind != "order-notice"]
    mails += [made(invites=False)]
    for mail in mails:
        page.set_content(mail.html or "")
        found = Axe().run(page).response["violations"]
        assert [
            f"{problem['id']}: {problem['nodes'][0]['html']}" for problem in found if problem["id"] not in PAGES
        ] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()
