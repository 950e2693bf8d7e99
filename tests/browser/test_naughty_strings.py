"""Whatever is typed as a comment is shown as typed, to customers and staff, and executed nowhere (P8)."""

from dataclasses import replace
from itertools import zip_longest
from urllib.parse import urljoin

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Dialog, Page
from sqlalchemy import select

from cxweb.accounts.rules import Operator
from cxweb.actions.edit_survey import edit_survey
from cxweb.core.db import session
from cxweb.core.senders.protocol import one_line
from cxweb.notifications.messages import build
from cxweb.ratings.models import Rating
from cxweb.ratings.rules import cleaned
from cxweb.surveys.queries import current, default
from tests.actions.test_message_texts import BASE, COMPANY, FACTS
from tests.factories import PASSWORD, Factory
from tests.naughty import LIST, OWN, listed

pytestmark = pytest.mark.browser
TEXTS = "all => all.map(one => one.textContent)"


@pytest.fixture(params=["own", "list"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "own":
        return list(OWN)
    if not LIST.exists():
        pytest.skip(f"the list of strings is not here: {LIST.name} is shared data, not part of the repository")
    return listed()


def posted(app: Flask, make: Factory, texts: list[str]) -> dict[str, list[str]]:
    """The texts by twos, as comment and as answer to the open question: what is stored of them by the order's token."""
    survey = current()
    edit_survey(replace(survey, asks_open=True), survey.number, Operator())
    half = (len(texts) + 1) // 2
    stored = {}
    for comment, further in zip_longest(texts[:half], texts[half:], fillvalue="x"):
        order = make.completed()
        sent = {"stars": "3", "comment": comment, "open": further}
        answer = app.test_client().post(f"/t/{order.token}/rating", data=sent)
        assert answer.status_code == (422 if "\x00" in comment + further else 303), sent
        if answer.status_code == 303:
            kept = session().execute(select(Rating.comment, Rating.open).where(Rating.order_id == order.id)).one()
            assert list(kept) == [cleaned(comment) or None, cleaned(further) or None], sent
            stored[order.token] = [text for text in kept if text]
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
    app: Flask, make: Factory, browser: Browser, site: str, texts: list[str]
) -> None:
    make.user("admin", email="a@example.com", language="en")
    stored = posted(app, make, texts)
    context = browser.new_context(locale="en-GB")
    page, executed = watched(context)
    # Each page of ours is opened by itself; of the list's all stand in one document, without any policy to protect it.
    if len(stored) <= len(OWN):
        for token, typed in stored.items():
            page.goto(f"{site}/t/{token}", wait_until="domcontentloaded")
            assert page.locator(".thanks bdi").evaluate_all(TEXTS) == typed
    else:
        page.set_content("".join(app.test_client().get(f"/t/{token}").text for token in stored))
        assert page.locator(".thanks bdi").evaluate_all(TEXTS) == [text for typed in stored.values() for text in typed]
    page.goto(f"{site}/login")
    page.fill("[name=email]", "a@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    seen: set[str] = set()
    page.goto(f"{site}/admin/ratings")
    while True:
        seen |= set(page.locator(".said bdi").evaluate_all(TEXTS))
        following = page.get_by_role("link", name="Next page")
        if following.count() == 0:
            break
        page.goto(urljoin(page.url, following.first.get_attribute("href") or ""))
    assert {text for typed in stored.values() for text in typed} - seen == set()
    assert executed == []
    context.close()


def test_a_name_in_a_mail_is_shown_as_typed_and_executed_nowhere(
    app: Flask, browser: Browser, texts: list[str]
) -> None:
    """No mail holds a comment: what others type and a mail says is a name. All mails stand in one document."""
    names = [name for text in texts if (name := one_line(text))]
    mails = [build(FACTS, replace(COMPANY, company_name=name), default(), BASE).html or "" for name in names]
    context = browser.new_context()
    page, executed = watched(context)
    page.set_content("".join(mails))
    shown = page.locator(".foot").evaluate_all(TEXTS)
    assert len(shown) == len(names)
    for name, foot in zip(names, shown, strict=True):
        assert " ".join(name.split()) in " ".join(foot.split())
    assert page.locator("script, img, svg, iframe, base, math").count() == 0
    assert executed == []
    context.close()


def test_something_executed_would_be_noticed(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page, executed = watched(context)
    page.goto("data:text/html,<title>x</title>")
    page.evaluate("canary()")
    page.evaluate("alert('x')")
    assert executed == ["canary", "x"]
    context.close()
