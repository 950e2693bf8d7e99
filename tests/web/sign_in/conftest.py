"""A browser in English at the door, and the people who come in by a passkey or an OpenID provider."""

import pytest
from flask import Flask

from cxweb.accounts.rules import Staff
from tests.factories import Factory
from tests.openid_provider import INES
from tests.page import Client
from tests.passkeys import Device, add, browser


@pytest.fixture
def client(app: Flask) -> Client:
    return browser(app)


@pytest.fixture
def user(make: Factory) -> Staff:
    return make.user("dispatcher", language="en", email="key@example.com")


@pytest.fixture
def device(client: Client, user: Staff) -> Device:
    """A device with a passkey of the user's, who has signed out since."""
    made = Device()
    client.sign_in(user.email)
    add(client, made)
    client.submit("/admin/", {}, action="/logout")
    return made


@pytest.fixture
def ines(make: Factory) -> int:
    return make.user("admin", email=INES, language="en", name="Inès Moreau").id
