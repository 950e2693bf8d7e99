"""No secret stands in the database in clear, and a new secret key opens what the former ones sealed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import get_args, get_type_hints

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from cxweb.accounts.models import User
from cxweb.accounts.rules import Operator
from cxweb.actions.begin_totp import begin_totp
from cxweb.actions.confirm_totp import confirm_totp
from cxweb.actions.enter_code import WrongCode, enter_code
from cxweb.actions.pull_connector import pull_connector
from cxweb.actions.reseal_secrets import reseal_secrets
from cxweb.actions.rotate_webhook_secret import rotate_webhook_secret
from cxweb.actions.set_up_connector import set_up_connector
from cxweb.actions.sign_in import sign_in
from cxweb.actions.steps.reseal import HOLDERS
from cxweb.core import clock
from cxweb.core.db import Base, session
from cxweb.core.sealed import CannotOpen, Sealed, seal, unseal
from cxweb.integrations.models import Connector
from cxweb.integrations.rules import ONFLEET, OPTIMOROUTE
from tests.actions.test_backup import everything
from tests.factories import PASSWORD, Factory
from tests.webhook_server import WebhookServer
from tests.webhooks import endpoint, log, post_at, row

KEY, NETWORK = "0123456789abcdefK3y", "192.0.2.1"


@contextmanager
def keys(app: Flask, newest: str, *former: str) -> Iterator[None]:
    """The product as it is after a restart with these secret keys."""
    before = app.config["CXWEB"]
    app.config["CXWEB"] = replace(before, secret_key=newest, opening_keys=former)
    try:
        yield
    finally:
        app.config["CXWEB"] = before


def secret_of(user_id: int) -> str:
    session().expire_all()
    sealed = session().get_one(User, user_id).totp_secret
    assert sealed is not None
    return unseal(sealed)


def with_second_step(make: Factory) -> tuple[int, str, list[str]]:
    """Somebody's id and address, and their recovery codes."""
    person = make.user("admin")
    assert begin_totp(PASSWORD, person, NETWORK)
    with clock.showing(clock.now() - timedelta(minutes=5)):
        codes = confirm_totp(pyotp.TOTP(secret_of(person.id)).at(clock.now()), person)
    assert codes
    return person.id, person.email, codes


def enters(email: str, code: str) -> bool:
    begun = sign_in(email, PASSWORD, NETWORK)
    assert begun.awaits_code
    try:
        return bool(enter_code(begun.token, code, NETWORK))
    except WrongCode:
        return False


def test_every_column_of_a_secret_is_sealed_anew_with_a_new_key() -> None:
    found = {
        (mapper.class_, name)
        for mapper in Base.registry.mappers
        for name, hint in get_type_hints(mapper.class_).items()
        if getattr(hint, "__origin__", None) is Mapped and Sealed in (get_args(hint)[0], *get_args(get_args(hint)[0]))
    }
    assert found == {(model, column) for model, columns in HOLDERS for column in columns}


def test_no_secret_is_in_the_database_in_clear_and_all_of_them_work(
    app: Flask, make: Factory, webhook_server: WebhookServer
) -> None:
    user_id, email, codes = with_second_step(make)
    mine, first = endpoint(webhook_server)
    second = rotate_webhook_secret(mine, Operator())
    onfleet = bytes(range(32)).hex()
    boss = make.user("admin")
    set_up_connector(OPTIMOROUTE, KEY, "", None, False, boss)
    set_up_connector(ONFLEET, onfleet, "", None, True, boss)
    stored = repr(everything())
    for secret in (secret_of(user_id), first, second, KEY, onfleet, *codes):
        assert secret not in stored
    make.completed("A-1")
    post_at(mine)
    assert webhook_server.heard[0].verified_by(first)["type"] == "order.completed"
    assert webhook_server.heard[0].verified_by(second)["type"] == "order.completed"
    assert enters(email, pyotp.TOTP(secret_of(user_id)).at(clock.now()))


def test_one_text_is_sealed_differently_each_time_and_nobody_changes_it_unnoticed(app: Flask) -> None:
    sealed = seal("a secret")
    assert (sealed == seal("a secret"), unseal(sealed)) == (False, "a secret")
    for at in range(0, len(sealed) - 2, 7):
        changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(CannotOpen):
            unseal(Sealed(changed))
    for odd in ("", "a secret", "whsec_x", "é"):
        with pytest.raises(CannotOpen):
            unseal(Sealed(odd))


def test_a_former_key_opens_until_its_secrets_are_sealed_anew_and_is_not_needed_then(
    app: Flask, make: Factory, webhook_server: WebhookServer
) -> None:
    user_id, _email, _codes = with_second_step(make)
    before = secret_of(user_id)
    endpoint(webhook_server)
    with keys(app, "new", "only-for-tests"):
        assert secret_of(user_id) == before
        told = reseal_secrets(Operator())
        assert (told.found, told.changed, told.unopened) == (2, 2, 0)
        assert reseal_secrets(Operator()).changed == 0
    with keys(app, "new"):
        assert secret_of(user_id) == before
    with keys(app, "newer"):
        told = reseal_secrets(Operator())
        assert (told.found, told.changed, told.unopened) == (2, 0, 2)


def test_without_the_key_people_enter_with_recovery_codes_and_what_cannot_be_signed_waits(
    app: Flask, make: Factory, webhook_server: WebhookServer
) -> None:
    user_id, email, codes = with_second_step(make)
    code = pyotp.TOTP(secret_of(user_id)).at(clock.now())
    mine, _ = endpoint(webhook_server)
    set_up_connector(OPTIMOROUTE, KEY, "", None, True, make.user("admin"))
    make.completed("A-1")
    with keys(app, "another"):
        assert not enters(email, code)
        assert enters(email, codes[0])
        post_at(mine)
        assert webhook_server.heard == []
        assert [(delivery.state, "another secret key" in (delivery.reason or "")) for delivery in log(mine)] == [
            ("pending", True)
        ]
        assert pull_connector(OPTIMOROUTE) == []
        session().expire_all()
        assert "enter it again" in (session().scalars(select(Connector.last_error)).one() or "")
        # A new secret is all it takes.
        second = rotate_webhook_secret(mine, Operator())
        assert row(mine).secret
        post_at(mine, timedelta(minutes=4))
        assert webhook_server.heard[0].verified_by(second)["type"] == "order.completed"


def test_the_commands_say_how_many_and_fail_where_a_key_is_missing(app: Flask, make: Factory) -> None:
    with_second_step(make)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["reseal-secrets"])
    assert (done.exit_code, done.output) == (0, "1 secrets, 0 of them sealed anew.\n")
    with keys(app, "another"):
        failed = runner.invoke(args=["reseal-secrets"])
    assert failed.exit_code == 1
    assert "CXWEB_OLD_SECRET_KEYS" in failed.output


def test_an_event_for_a_connector_without_its_key_is_kept_by_the_sender(app: Flask, make: Factory) -> None:
    set_up_connector(ONFLEET, bytes(range(32)).hex(), "", None, True, make.user("admin"))
    browser: FlaskClient = app.test_client()
    assert browser.post("/hooks/onfleet", data=b"{}").status_code == 403
    with keys(app, "another"):
        assert browser.post("/hooks/onfleet", data=b"{}").status_code == 503
