"""Creating accounts and keys, by their actions and by the commands."""

import pytest
from argon2 import PasswordHasher
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.models import ApiKey, User, UserBranch
from cxweb.accounts.passwords import NOBODY, matches
from cxweb.accounts.rules import Operator, Perimeter
from cxweb.actions.create_api_key import create_api_key
from cxweb.actions.create_first_admin import create_first_admin
from cxweb.actions.create_user import InvalidUser, create_user
from cxweb.actions.steps.add_user import EmailTaken
from cxweb.actions.steps.find_depot import UnknownDepot
from cxweb.company.rules import PARSERS
from cxweb.core import tokens
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.orders.rules import OutsidePerimeter
from tests.factories import Factory

BY = Operator("command")
PASSWORD = "twelve chars"


def parts() -> list[tuple[int | None, bool]]:
    return [(part.depot_id, part.acting) for part in session().scalars(select(UserBranch).order_by(UserBranch.id))]


def test_an_account_is_known_by_its_address_in_lower_case(app: Flask) -> None:
    create_user(" Claire.Morel@Example.com ", "admin", PASSWORD, BY)
    user = session().scalars(select(User)).one()
    assert (user.email, user.name, user.role) == ("claire.morel@example.com", "claire.morel", "admin")
    assert parts() == [(None, True)]
    assert matches(PASSWORD, user.password_hash)


def test_the_audit_log_names_who_made_the_account_and_holds_no_address(app: Flask) -> None:
    user_id = create_user("claire@example.com", "reader", PASSWORD, BY)
    entry = session().scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.act, entry.object) == ("command", "user.created", f"user:{user_id}")
    assert entry.details == {"role": "reader", "sees": "all", "acts_on": "all"}


@pytest.mark.parametrize(
    ("email", "role", "password", "field"),
    [
        ("claire", "admin", PASSWORD, "email"),
        ("claire@", "admin", PASSWORD, "email"),
        ("a@b.c\nBcc: d@e.f", "admin", PASSWORD, "email"),
        ("claire@example.com", "boss", PASSWORD, "role"),
        ("claire@example.com", "admin", "eleven char", "password"),
    ],
)
def test_what_makes_no_account_is_refused_at_its_field(
    app: Flask, email: str, role: str, password: str, field: str
) -> None:
    with pytest.raises(InvalidUser) as refusal:
        create_user(email, role, password, BY)
    assert refusal.value.field == field


def test_an_address_has_one_account(app: Flask) -> None:
    create_user("claire@example.com", "reader", PASSWORD, BY)
    with pytest.raises(EmailTaken):
        create_user("Claire@example.com", "admin", PASSWORD, BY)


def test_an_account_is_bound_to_the_depot_of_that_ref(app: Flask, make: Factory) -> None:
    lyon, nice = make.depot("LYON"), make.depot("NICE")
    create_user("claire@example.com", "dispatcher", PASSWORD, BY, depots=["LYON", "NICE", "LYON"])
    assert parts() == [(lyon.id, True), (nice.id, True)]
    with pytest.raises(UnknownDepot):
        create_user("paul@example.com", "dispatcher", PASSWORD, BY, depots=["LYON", "PARIS"])
    assert session().scalar(select(func.count()).select_from(User)) == 1


def test_nobody_gives_out_more_than_their_own_perimeter(app: Flask, make: Factory) -> None:
    lyon, paris = make.depot("LYON"), make.depot("PARIS")
    of_lyon = Operator("user:7", Perimeter.of(lyon.id))
    with pytest.raises(OutsidePerimeter):
        create_user("claire@example.com", "admin", PASSWORD, of_lyon, depots=[lyon.ref, paris.ref])
    with pytest.raises(OutsidePerimeter):
        create_user("claire@example.com", "admin", PASSWORD, of_lyon)
    with pytest.raises(OutsidePerimeter):
        create_api_key("tms", of_lyon, depot=paris.ref)
    create_user("claire@example.com", "admin", PASSWORD, of_lyon, depots=[lyon.ref])
    assert parts() == [(lyon.id, True)]


def test_who_only_sees_a_depot_gives_it_to_nobody(app: Flask, make: Factory) -> None:
    lyon, paris, nice = make.depot("LYON"), make.depot("PARIS"), make.depot("NICE")
    seen = Perimeter.given([(lyon.id, True), (nice.id, True), (paris.id, False)])
    by = Operator("user:7", seen)
    with pytest.raises(OutsidePerimeter):
        create_user("claire@example.com", "reader", PASSWORD, by, depots=[paris.ref])
    # Where there are several branches, a key names the one it is for.
    for depot in (paris.ref, None):
        with pytest.raises(OutsidePerimeter):
            create_api_key("tms", by, depot=depot)
    create_api_key("tms", by, depot=nice.ref)


def run(app: Flask, *args: str, stdin: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=args, input=stdin)


def test_the_command_prints_a_password_that_works_once_only(app: Flask) -> None:
    result = run(app, "create-user", "claire@example.com", "--role", "admin")
    password = result.output.splitlines()[-1].rpartition(" ")[2]
    assert result.exit_code == 0
    assert matches(password, session().scalars(select(User.password_hash)).one())


def test_the_command_takes_a_password_from_standard_input_and_never_shows_it(app: Flask) -> None:
    args = ("create-user", "claire@example.com", "--role", "reader", "--password-stdin")
    short = run(app, *args, stdin="short\n")
    assert (short.exit_code, short.stderr) == (1, "Error: The password needs at least 12 characters.\n")
    good = run(app, *args, stdin=f"{PASSWORD}\r\n")
    assert good.exit_code == 0
    assert PASSWORD not in good.output
    assert matches(PASSWORD, session().scalars(select(User.password_hash)).one())


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("create-user", "claire@example.com"), 2, "Missing option '--role'"),
        (("create-user", "claire@example.com", "--role", "boss"), 2, "'boss' is not one of"),
        (("create-user", "claire", "--role", "admin"), 1, "The e-mail address cannot be right"),
        (("create-user", "c@example.com", "--role", "admin", "--depot", "X"), 1, "There is no depot X."),
        (("create-api-key", "tms", "--scope", "everything"), 2, "'everything' is not one of"),
        (("create-api-key", " "), 1, "A key needs a name"),
        (("configure",), 2, "Give a key and its value, or --list."),
        (("configure", "company.name"), 2, "Give a key and its value, or --list."),
        (("configure", "colour", "red"), 1, "colour is not a company setting"),
        (("configure", "feedback.enabled", "yes"), 1, "feedback.enabled takes one of on, off."),
    ],
)
def test_wrong_use_exits_2_and_a_refusal_exits_1_with_a_sentence(
    app: Flask, args: tuple[str, ...], code: int, says: str
) -> None:
    result = run(app, *args)
    assert result.exit_code == code
    assert says in result.output


def test_the_last_line_of_create_api_key_is_the_key_and_only_its_digest_is_stored(app: Flask) -> None:
    result = run(app, "create-api-key", "tms", "--scope", "read", "--scope", "orders")
    key = session().scalars(select(ApiKey)).one()
    assert key.digest == tokens.digest(result.output.splitlines()[-1])
    assert key.scopes == ["orders", "read"]
    run(app, "create-api-key", "everything")
    assert session().scalars(select(ApiKey.scopes).order_by(ApiKey.id.desc())).first() == ["orders", "read", "metrics"]


def test_configure_lists_every_key_with_the_value_in_force(app: Flask) -> None:
    assert run(app, "configure", "notifications.completed", "email").exit_code == 0
    lines = run(app, "configure", "--list").output.splitlines()
    assert "notifications.completed email" in lines
    assert "feedback.enabled on" in lines
    assert "company.name" in lines
    assert [line.split()[0] for line in lines] == list(PARSERS)


def test_the_first_admin_is_created_only_where_there_is_nobody(app: Flask) -> None:
    assert create_first_admin("admin@example.com", PASSWORD, BY)
    assert not create_first_admin("admin@example.com", "another password", BY)
    user = session().scalars(select(User)).one()
    assert user.role == "admin"
    assert matches(PASSWORD, user.password_hash)


def test_a_wrong_address_costs_as_much_as_a_wrong_password() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODY)
    assert not matches("anything at all", None)
