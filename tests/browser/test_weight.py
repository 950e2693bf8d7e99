"""All that the customer's page loads fits one round trip, and comes from nowhere else (S5)."""

import pytest
from playwright.sync_api import Browser, Request

from tests.factories import Factory
from tests.web.test_kept_pages import publish

MOST_BYTES = 14_000
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("rated", [False, True])
def test_the_page_is_light_and_asks_nobody_else(
    browser: Browser, site: str, make: Factory, scheme: str, rated: bool
) -> None:
    make.setting("company.name", "Maison Colibri")
    make.setting("company.contact", "04 78 00 00 00")
    publish(make)
    order = make.completed(customer={"language": "fr"}, drivers=[{"ref": "D", "name": "Hugo Marchand"}])
    if rated:
        make.rating(order, 4, "À l’heure, merci !")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    page.goto(f"{site}/t/{order.token}", wait_until="networkidle")
    loaded = [request for request in asked if not request.url.startswith("data:")]
    sizes = {request.url: request.sizes() for request in loaded}
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values())
    assert [url for url in sizes if not url.startswith(site)] == []
    assert 0 < weight <= MOST_BYTES, sizes
    context.close()
