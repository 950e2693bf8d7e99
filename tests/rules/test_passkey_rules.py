"""What passkeys are bound to, and which counters are a copy's."""

import pytest

from cxweb.accounts.rules import counter_holds
from cxweb.core.passkeys import Site, site_of


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://shop.example", Site("shop.example", "https://shop.example")),
        ("https://Shop.Example:443/", Site("shop.example", "https://shop.example")),
        ("https://shop.example:8443/under/a/path", Site("shop.example", "https://shop.example:8443")),
        ("https://b\u00fccher.example", Site("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
        ("http://localhost", Site("localhost", "http://localhost")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", Site("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", Site("localhost", "http://localhost:8000")),
        ("http://shop.example", None),
        ("http://192.0.2.7", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::7]", None),
    ],
)
def test_passkeys_are_bound_to_a_name_on_https_or_to_this_machine(address: str, site: Site | None) -> None:
    assert site_of(address) == site


@pytest.mark.parametrize(
    ("before", "now", "holds"), [(0, 0, True), (0, 1, True), (1, 2, True), (1, 1, False), (2, 1, False), (1, 0, False)]
)
def test_a_counter_only_goes_up_unless_the_device_does_not_count(before: int, now: int, holds: bool) -> None:
    assert counter_holds(before, now) is holds
