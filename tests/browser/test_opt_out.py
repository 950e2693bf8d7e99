"""No more messages, in a real browser: the customer's page without JavaScript, and the staff's lists."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import update

from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.core.db import transaction
from cxweb.notifications.models import Notification
from cxweb.notifications.queries import opted_out
from tests.browser.test_customer import DESKTOP, PHONE, check_all_sights, no_sideways_scroll, violations
from tests.browser.test_staff import sign_in
from tests.factories import Factory

ANN = {"name": "Ann", "email": "ann@example.com", "phone": "06 12 34 56 78"}
WORDS = {
    "en": ("No more messages from Maison Colibri?", "Send me no more messages", "You get no more messages"),
    "fr": ("Ne plus recevoir de messages", "Ne plus m’envoyer de messages", "Vous ne recevez plus de messages"),
}
AGAIN = {"en": "Receive messages again", "fr": "Recevoir de nouveau des messages"}

pytestmark = pytest.mark.browser


def check(page: Page) -> None:
    """Fit for everybody, and nothing to scroll sideways."""
    assert violations(page) == [], page.url
    assert no_sideways_scroll(page), page.url


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_customer_says_no_and_takes_it_back_without_javascript(
    browser: Browser, site: str, make: Factory, language: str
) -> None:
    make.setting("company.name", "Maison Colibri")
    order = make.completed(customer={**ANN, "language": language})
    title, button, done = WORDS[language]
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/u/{order.token}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.get_by_text("a•••@example.com")).to_be_visible()
    expect(page.get_by_text("•• •• 56 78")).to_be_visible()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(done)
    assert opted_out("sms", "+33612345678")
    page.get_by_role("button", name=AGAIN[language]).click()
    expect(page.get_by_role("button", name=button)).to_be_visible()
    assert not opted_out("sms", "+33612345678")
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_state_of_the_page_has_an_accessibility_violation(
    browser: Browser, site: str, make: Factory, language: str
) -> None:
    make.setting("company.contact", "04 78 00 00 00")
    long = {"email": f"{'x' * 60}@{'long-' * 10}name.example.com"}
    wanted, stopped, none = make.completed(customer=ANN), make.completed(customer=long), make.completed()
    with transaction():
        add_opt_out("sms", "+33612345678", "stop", "system")
    page = browser.new_page()
    for order in (wanted, stopped, none):
        page.goto(f"{site}/u/{order.token}?lang={language}")
        check_all_sights(page)
    page.goto(f"{site}/u/{stopped.token}?lang={language}")
    page.get_by_role("button").click()
    check_all_sights(page)
    page.close()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_staffs_lists_are_fit_for_everybody_and_work_without_scripts(
    browser: Browser, site: str, make: Factory, tmp_path: Path, size: ViewportSize
) -> None:
    order = make.completed("A-1", notify="both", customer=ANN)
    with transaction() as opened:
        values = {"state": "uncertain", "last_error": "SMTPServerDisconnected: Connection unexpectedly closed"}
        opened.execute(update(Notification).values(values))
        add_opt_out("sms", "+33612345678", "stop", "system")
    email = make.user("admin", language="fr").email
    context = browser.new_context(viewport=size, locale="fr-FR", reduced_motion="reduce")
    page = sign_in(context, site, email)
    pages = ("", "?state=uncertain", "?state=sent", "/opt-outs", "/opt-outs?q=06", "/opt-outs?q=a@example.com")
    for path in (*(f"/admin/messages{query}" for query in pages), f"/admin/orders/{order.id}", "/admin/"):
        page.goto(site + path)
        check(page)
    page.goto(f"{site}/admin/messages/opt-outs")
    file = tmp_path / "list.csv"
    file.write_text("e-mail\nbob@example.com\nnobody\n")
    page.get_by_label("Depuis un fichier CSV").set_input_files(str(file))
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.get_by_text("1 contact a été mis dans la liste")).to_be_visible()
    check(page)
    page.locator("summary", has_text="Retirer de la liste").first.click()
    check(page)
    state = context.storage_state()
    context.close()
    plain = browser.new_context(viewport=size, locale="fr-FR", java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(f"{site}/admin/messages?state=uncertain")
    page.get_by_role("button", name="Il est arrivé").first.click()
    expect(page.get_by_text("C’est noté : le message est arrivé.")).to_be_visible()
    page.goto(f"{site}/admin/orders/{order.id}")
    page.get_by_role("button", name="Renvoyer").click()
    expect(page.get_by_text("Le message repart.")).to_be_visible()
    plain.close()
