"""Whatever is typed as a comment is shown as typed, to customers and staff, and executed nowhere (P8)."""

from html import escape
from urllib.parse import urljoin

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Dialog, Page
from sqlalchemy import select

from cxweb.core.db import session
from cxweb.ratings.models import Rating
from cxweb.ratings.rules import cleaned
from tests.factories import PASSWORD, Factory
from tests.naughty import LIST, OWN, listed
from tests.page import Client

pytestmark = pytest.mark.browser


@pytest.fixture(params=["own", "list"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "own":
        return list(OWN)
    if not LIST.exists():
        pytest.skip(f"the list of strings is not here: {LIST.name} is shared data, not part of the repository")
    return listed()


def posted(app: Flask, make: Factory, texts: list[str]) -> dict[str, str]:
    """Each text as the comment of an order of its own: the stored comment by the order's token."""
    stored = {}
    for text in texts:
        order = make.completed()
        answer = app.test_client().post(f"/t/{order.token}/rating", data={"stars": "3", "comment": text})
        if "\x00" in text:
            assert answer.status_code == 422
            continue
        assert answer.status_code == 303, text
        comment = session().scalars(select(Rating.comment).where(Rating.order_id == order.id)).one()
        assert comment == (cleaned(text) or None), text
        if comment:
            stored[order.token] = comment
    return stored


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and everything that was executed on it though nobody asked for it."""
    page, executed = context.new_page(), list[str]()
    page.expose_function("canary", lambda: executed.append("canary"))

    def shown(dialog: Dialog) -> None:
        executed.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", shown)
    return page, executed


def test_there_are_forty_of_our_own() -> None:
    assert len(set(OWN)) == 40
    assert len(listed()) in {0, 515}


def test_a_comment_is_shown_as_typed_and_executed_nowhere(
    app: Flask, make: Factory, browser: Browser, site: str, client: Client, texts: list[str]
) -> None:
    make.user("admin", email="a@example.com", language="en")
    stored = posted(app, make, texts)
    context = browser.new_context(locale="en-GB")
    page, executed = watched(context)
    for token, comment in stored.items():
        page.goto(f"{site}/t/{token}", wait_until="domcontentloaded")
        assert page.locator("blockquote bdi").first.evaluate("e => e.textContent") == comment
    page.goto(f"{site}/login")
    page.fill("[name=email]", "a@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    seen = set()
    page.goto(f"{site}/admin/ratings")
    while True:
        seen |= set(page.locator(".said bdi").evaluate_all("all => all.map(e => e.textContent)"))
        following = page.get_by_role("link", name="Next page")
        if following.count() == 0:
            break
        page.goto(urljoin(page.url, following.first.get_attribute("href") or ""))
    assert set(stored.values()) - seen == set()
    assert executed == []
    context.close()
    client.sign_in("a@example.com")
    assert escape(next(iter(stored.values())), quote=True)[:20] in client.get(f"/t/{next(iter(stored))}").text


def test_something_executed_would_be_noticed(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page, executed = watched(context)
    page.goto("data:text/html,<title>x</title>")
    page.evaluate("canary()")
    page.evaluate("alert('x')")
    assert executed == ["canary", "x"]
    context.close()
