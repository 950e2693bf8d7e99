"""The import's pages in a real Chromium: fit for everybody at each step, and a progress that comes by itself."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from cxweb.actions.run_upload import run_upload
from tests.browser.test_staff import PHONE, sign_in
from tests.factories import Factory

pytestmark = pytest.mark.browser
ROWS = "N° commande;Statut;Livré le;E-mail\nC1;Livrée;03/04/2018 10:00;zoe@example.com\nC 2;perdue;05/06/2018 11:00;\n"


def check(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [f"{page.url} {problem['id']}: {problem['nodes'][0]['html'][:160]}" for problem in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


def test_a_file_comes_in_on_a_phone(app: Flask, site: str, make: Factory, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "Livraisons.csv"
    file.write_bytes(ROWS.encode("cp1252"))
    context = browser.new_context(viewport=PHONE, color_scheme="dark", locale="fr-FR")
    page = sign_in(context, site, make.user("admin", language="fr").email)
    page.goto(f"{site}/admin/orders")
    page.get_by_role("link", name="Importer un fichier").first.click()
    check(page)
    page.get_by_label("Le fichier").set_input_files(file)
    page.get_by_role("button", name="Envoyer et regarder").click()
    check(page)
    page.get_by_role("radio", name="Windows, Europe de l’Ouest").check()
    page.get_by_role("button", name="Le lire ainsi").click()
    check(page)
    page.get_by_role("button", name="Continuer").click()
    check(page)
    page.get_by_label("5 juin 2018").check()
    page.get_by_role("button", name="Continuer").click()
    check(page)
    page.get_by_role("button", name="Importer le fichier").click()
    check(page)
    run_upload(1)
    page.get_by_text("Lignes refusées").wait_for()
    check(page)
    assert "C1" in page.goto(f"{site}/admin/orders").text()  # type: ignore[union-attr]  # a page that exists has an answer
    context.close()
