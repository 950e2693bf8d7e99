"""The pages of the way in and of what opens an account: fit for everybody on a telephone and a desk, light and dark."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from cxweb.accounts.models import Passkey, User
from cxweb.actions.mail_link import mail_link
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.sealed import seal
from tests.browser.test_passkeys import named
from tests.browser.test_staff import look, sign_in
from tests.factories import PASSWORD, Factory
from tests.openid_provider import OpenIdProvider
from tests.web.test_second_step import SECRET, code

pytestmark = pytest.mark.browser
# The fixtures are asked for by their names.
__all__ = ["look", "named"]


class Reader:
    """Looks at a page as everybody has to be able to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))

    def looks(self, name: str) -> None:
        found = Axe().run(self.page).response["violations"]
        assert [f"{name} {problem['id']}: {problem['nodes'][0]['html'][:160]}" for problem in found] == []
        width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert self.page.evaluate(width), name
        assert self.said == [], name


@pytest.fixture
def reader(look: BrowserContext) -> Reader:
    return Reader(look.new_page())


def test_the_door_with_all_its_ways(
    app: Flask, named: str, reader: Reader, make: Factory, openid: OpenIdProvider
) -> None:
    app.config["CXWEB"] = replace(app.config["CXWEB"], oidc=openid.settings)
    make.setting("company.name", "Maison Colibri")
    page = reader.page
    page.goto(f"{named}/login")
    expect(page.get_by_role("button", name="Se connecter avec une clé d’accès")).to_be_visible()
    reader.looks("door")
    page.get_by_role("link", name="Se connecter avec Entreprise & Cie").click()
    expect(page.get_by_text("Aucun compte ici ne s’ouvre")).to_be_visible()
    reader.looks("unknown")


def test_the_second_step_and_its_recovery_codes(named: str, reader: Reader, make: Factory) -> None:
    email = make.user("admin", language="fr", totp_secret=seal(SECRET), totp_since=clock.now()).email
    page = reader.page
    page.goto(f"{named}/login")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_label("Code")).to_be_focused()
    reader.looks("code")
    page.get_by_label("Code").fill(code(clock.now()))
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.goto(f"{named}/admin/account/totp")
    reader.looks("second step")
    page.locator("#renew-code").fill(code(clock.now()))
    with transaction() as opened:
        opened.execute(update(User).values(totp_step=None))
    page.get_by_role("button", name="Créer de nouveaux codes de secours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    expect(page.locator(".codes li")).to_have_count(10)
    reader.looks("recovery codes")


def test_choosing_a_password(site: str, reader: Reader, make: Factory) -> None:
    secret = mail_link(make.user("reader", language="fr").id, make.user("admin"))
    page = reader.page
    page.goto(f"{site}/password/{secret}")
    expect(page.get_by_label("Nouveau mot de passe")).to_be_focused()
    reader.looks("choose")
    page.get_by_label("Nouveau mot de passe").fill("motdepasse2026")
    page.get_by_role("button", name="Enregistrer le mot de passe").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    reader.said.clear()
    reader.looks("too easy")
    page.goto(f"{site}/password/gone")
    reader.said.clear()
    reader.looks("gone")


def test_the_account_and_its_passkeys(named: str, site: str, look: BrowserContext, make: Factory) -> None:
    user = make.user("dispatcher", language="fr", name="Inès Moreau")
    reader = Reader(sign_in(look, named, user.email))
    page = reader.page
    page.goto(f"{named}/admin/account/passkeys")
    expect(page.get_by_label("Mot de passe actuel")).to_be_visible()
    reader.looks("add")
    with transaction() as opened:
        for number, name in enumerate(("Mon téléphone", "Clé de sécurité du bureau, deuxième tiroir")):
            opened.add(
                Passkey(
                    user_id=user.id, credential_id=str(number), public_key=b"", sign_count=0, transports=[], name=name,
                    created_at=clock.now(),
                )
            )  # fmt: skip
    page.goto(f"{named}/admin/account")
    reader.looks("account")
    page.get_by_role("link", name="Supprimer Mon téléphone").click()
    reader.looks("remove")
    other = Reader(look.new_page())
    # Under a number: the sentence, and the way to the name.
    other.page.goto(f"{site}/login")
    other.looks("door under a number")
