"""Passkeys in Chromium, with an authenticator that the browser itself plays: made, used, refused, removed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import select

from cxweb.accounts.models import Passkey
from cxweb.core.db import session
from tests.browser.test_staff import DESKTOP, PHONE, sign_in
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.browser
HELD: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Holder:
    """A browser at the site's own name, with a device that says yes for the person."""

    def __init__(self, page: Page, cdp: CDPSession) -> None:
        self.page, self.cdp = page, cdp
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        cdp.send("WebAuthn.enable")
        self.device = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": HELD})["authenticatorId"]

    def held(self) -> list[dict[str, Any]]:
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.device})
        return list(found["credentials"])

    def add(self, name: str) -> None:
        self.page.get_by_role("link", name="Ajouter une clé d’accès").click()
        self.page.get_by_label("Nom").fill(name)
        self.page.get_by_label("Mot de passe actuel").fill(PASSWORD)
        self.page.get_by_role("button", name="Ajouter une clé d’accès").click()

    def sign_out(self, site: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{site}/login")


@pytest.fixture
def named(app: Flask, site: str) -> str:
    """The site under a name, which a number is not."""
    address = site.replace("127.0.0.1", "localhost")
    app.config["CXWEB"] = replace(app.config["CXWEB"], base_url=address)
    return address


@pytest.fixture
def holder(browser: Browser, named: str, make: Factory) -> Iterator[Holder]:
    context = browser.new_context(viewport=DESKTOP, locale="fr-FR", reduced_motion="reduce")
    page = sign_in(context, named, make.user("dispatcher", language="fr", name="Inès Moreau").email)
    page.goto(f"{named}/admin/account")
    yield Holder(page, context.new_cdp_session(page))
    context.close()


def test_a_passkey_is_made_signs_in_and_is_removed(named: str, holder: Holder) -> None:
    page = holder.page
    holder.add("Mon téléphone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    (held,) = holder.held()
    assert (held["isResidentCredential"], held["rpId"], held["userName"]) == (True, "localhost", "user1@example.com")
    holder.sign_out(named)
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour")
    page.goto(f"{named}/admin/account")
    expect(page.get_by_role("region", name="Clés d’accès")).to_contain_text("utilisée à l’instant")
    page.get_by_role("link", name="Supprimer Mon téléphone").click()
    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_role("button", name="Supprimer la clé d’accès").click()
    expect(page.get_by_text("La clé d’accès est supprimée.")).to_be_visible()
    holder.sign_out(named)
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_text("Cette clé d’accès n’ouvre pas de compte ici.")).to_be_visible()
    assert [line for line in holder.said if "422" not in line] == []


def test_it_is_the_second_step_after_the_password(named: str, holder: Holder) -> None:
    page = holder.page
    holder.add("")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    holder.sign_out(named)
    page.get_by_label("Adresse e-mail").fill("user1@example.com")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_label("Code de secours")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour")
    assert holder.said == []


def test_a_second_on_the_same_device_a_wrong_password_and_a_person_who_says_no(named: str, holder: Holder) -> None:
    page = holder.page
    holder.add("Une")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    page.goto(f"{named}/admin/account")
    holder.add("Deux")
    expect(page.get_by_text("Cet appareil détient déjà une clé d’accès de votre compte.")).to_be_visible()
    page.get_by_label("Mot de passe actuel").fill("not it")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_text("Ce n’est pas votre mot de passe actuel.")).to_be_visible()
    holder.sign_out(named)
    holder.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": holder.device, "isUserVerified": False})
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_text("Aucune clé d’accès n’a été utilisée.")).to_be_visible()
    assert [passkey.name for passkey in session().scalars(select(Passkey))] == ["Une"]


def test_what_was_sent_once_opens_nothing_again_even_with_the_cookies_of_then(named: str, holder: Holder) -> None:
    page = holder.page
    holder.add("Une")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    holder.sign_out(named)
    with page.expect_request("**/login/passkey") as sent:
        page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour")
    headers = {name: value for name, value in sent.value.all_headers().items() if name in {"cookie", "content-type"}}
    again = Request(sent.value.url, (sent.value.post_data or "").encode(), headers)
    with pytest.raises(HTTPError) as refused:
        urlopen(again)
    assert refused.value.code == 422
    refused.value.close()


def test_without_scripts_or_under_a_number_there_are_passwords(
    site: str, named: str, browser: Browser, make: Factory
) -> None:
    email = make.user("dispatcher", language="fr").email
    for address, scripts in ((named, False), (site, True)):
        context = browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=scripts)
        page = sign_in(context, address, email)
        page.goto(f"{address}/admin/account/passkeys")
        expect(page.get_by_role("button", name="Ajouter une clé d’accès")).to_be_hidden()
        expect(page.locator(".notice.wait")).to_be_visible()
        page.goto(f"{address}/login")
        expect(page.get_by_role("button", name="Se connecter avec une clé d’accès")).to_be_hidden()
        context.close()
