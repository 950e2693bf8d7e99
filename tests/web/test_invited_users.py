"""Somebody is invited by mail, chooses a password once, signs in, is changed, closed and opened again."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.models import AccountLink, StaffSession, User
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.jobs.accounts import mail
from tests.factories import PASSWORD, Factory
from tests.page import Client
from tests.servers import MailServer

CHOSEN = "four words that differ"


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("admin", language="en", name="Inès Moreau", email="ines@example.com").email)
    return client


def invite(admin: Client, **fields: str) -> str:
    form = {
        "name": "Léa Fontaine",
        "email": "Lea@Example.com",
        "role": "dispatcher",
        "depot": "*",
        "acting": "on",
        **fields,
    }
    return admin.submit("/admin/users/new", form).text


def link_in(text: str) -> str:
    found = re.search(r"http://localhost(/password/[\w.-]+)", text)
    assert found
    return found.group(1)


def account(email: str) -> User:
    session().expire_all()
    return session().scalars(select(User).where(User.email == email)).one()


def parts(user: User) -> list[tuple[str | None, bool]]:
    return [(part.depot.ref if part.depot else None, part.acting) for part in user.branches]


def test_the_way_of_an_invitation(app: Flask, admin: Client, make: Factory, mailing: MailServer) -> None:
    make.depot("LYON", name="Lyon")
    invite(admin, depot="LYON", acting="off")
    assert "invited until" in admin.get("/admin/users").text
    for _ in range(2):
        mail()
    (sent,) = mailing.mails
    assert mailing.recipients == [["lea@example.com"]]
    link = link_in(sent.get_content())
    guest = Client(app)
    for _ in range(2):
        assert "lea@example.com" in guest.get(link).text
    assert guest.submit(link, {"password": "short"}).status_code == 422
    assert guest.submit(link, {"password": "motdepasse2026"}).status_code == 422
    done = guest.submit(f"{link}?lang=en", {"password": CHOSEN})
    assert (done.status_code, done.location) == (303, "/login")
    assert "Your password is set" in guest.get("/login?lang=en").text
    assert guest.get(link).status_code == 404
    guest.sign_in("lea@example.com", CHOSEN)
    lea = account("lea@example.com")
    assert (lea.name, lea.role, parts(lea)) == ("Léa Fontaine", "dispatcher", [("LYON", False)])
    assert "Lyon" in guest.get("/admin/orders").text
    assert session().scalars(select(AccountLink.state)).all() == ["sent"]


def test_without_a_mail_server_the_link_is_shown_once(app: Flask, admin: Client) -> None:
    link = link_in(invite(admin))
    assert "/password/" not in admin.get("/admin/users").text
    mail()
    assert session().scalars(select(AccountLink.state)).all() == ["suppressed"]
    assert Client(app).submit(link, {"password": CHOSEN}).status_code == 303


def test_a_copy_of_the_database_opens_no_link(app: Flask, admin: Client) -> None:
    link = link_in(invite(admin))
    nonce = session().scalars(select(AccountLink.nonce)).one()
    assert nonce in link
    assert Client(app).get(f"/password/{nonce}").status_code == 404
    assert Client(app).get(f"/password/{nonce}.{'0' * 32}").status_code == 404


def test_an_invitation_runs_out_and_a_new_one_takes_its_place(app: Flask, admin: Client) -> None:
    first = link_in(invite(admin))
    user_id = account("lea@example.com").id
    second = link_in(admin.submit("/admin/users", {}, action=f"/admin/users/{user_id}/link").text)
    guest = Client(app)
    assert guest.get(first).status_code == 404
    assert guest.get(second).status_code == 200
    with clock.showing(clock.now() + timedelta(days=7, minutes=1)):
        assert guest.get(second).status_code == 404
        admin.sign_in("ines@example.com")
        assert "the invitation has run out" in admin.get(f"/admin/users/{user_id}").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "lea"},
        {"email": "ines@example.com"},
        {"name": " "},
        {"role": "boss"},
        {"email": "a@b.c\nBcc: d@e.f g"},
    ],
)
def test_what_makes_no_account_is_said_at_its_field(admin: Client, wrong: dict[str, str]) -> None:
    page = invite(admin, **wrong)
    assert 'aria-invalid="true"' in page
    assert session().scalar(select(func.count()).select_from(User)) == 1


def test_an_account_is_changed_closed_and_opened_again(app: Flask, admin: Client, make: Factory) -> None:
    lea = make.user("dispatcher", email="lea@example.com", language="en")
    lyon = make.depot("LYON", name="Lyon")
    theirs = Client(app)
    theirs.sign_in(lea.email)
    here = f"/admin/users/{lea.id}"
    form = {"name": "Léa F.", "role": "relations", "depot": "LYON", "acting": "off"}
    assert admin.submit(here, form).status_code == 303
    assert "Customer relations, <bdi" in theirs.get("/admin/").text.replace("\n", "")
    assert admin.submit(here, {}, action=f"{here}/sessions/end").status_code == 303
    assert theirs.get("/admin/").status_code == 303
    theirs.sign_in(lea.email)
    assert admin.submit(here, {}, action=f"{here}/disable").status_code == 303
    assert theirs.get("/admin/").status_code == 303
    assert theirs.submit("/login", {"email": lea.email, "password": PASSWORD}).status_code == 422
    admin.submit(here, {}, action=f"{here}/enable")
    theirs.sign_in(lea.email)
    entries = session().scalars(select(AuditEntry).where(AuditEntry.object == f"user:{lea.id}")).all()
    acts = {entry.act: entry.details for entry in entries}
    assert acts["user.changed"] == {
        "before": {"role": "dispatcher", "sees": "all", "acts_on": "all"},
        "after": {"role": "relations", "sees": [lyon.id], "acts_on": []},
    }
    assert {"user.disabled", "user.enabled"} <= set(acts)
    assert "Léa" not in str([entry.details for entry in entries])


def test_nobody_locks_themselves_out(admin: Client, make: Factory) -> None:
    ines = account("ines@example.com")
    here = f"/admin/users/{ines.id}"
    refused = admin.submit(here, {"name": "Inès", "role": "reader", "depot": "*", "acting": "on"})
    assert refused.status_code == 422
    assert admin.submit(here, {"name": "Inès M.", "role": "admin", "depot": "*", "acting": "on"}).status_code == 303
    admin.submit(here, {}, action=f"{here}/disable")
    assert "your own account" in admin.get("/admin/users").text
    assert (account("ines@example.com").role, account("ines@example.com").disabled_at) == ("admin", None)


def test_an_admin_of_a_depot_gives_out_no_more_than_it(app: Flask, client: Client, make: Factory) -> None:
    region = make.depot("region")
    make.depot("lyon", region)
    make.depot("nice")
    client.sign_in(make.user("admin", region, language="en").email)
    make.user("reader", email="whole@example.com")
    assert "whole@example.com" not in client.get("/admin/users").text
    assert 'value="nice"' not in client.get("/admin/users/new").text
    form = {"name": "X", "email": "x@example.com", "role": "admin", "acting": ["on", "off"]}
    for depot in ("nice", "*", "nowhere"):
        assert client.submit("/admin/users/new", {**form, "depot": ["lyon", depot]}).status_code == 404
    assert "Choose at least one part" in client.submit("/admin/users/new", {**form, "depot": ["", ""]}).text
    assert client.submit("/admin/users/new", {**form, "depot": ["lyon", "region"]}).status_code == 200
    assert parts(account("x@example.com")) == [("lyon", True), ("region", False)]
    assert session().scalar(select(func.count()).select_from(StaffSession)) == 1


def test_a_user_gets_several_parts_row_by_row_without_a_script(app: Flask, admin: Client, make: Factory) -> None:
    for ref in ("lyon", "nice", "lille"):
        make.depot(ref)
    invite(admin, depot="lyon")
    here = f"/admin/users/{account('lea@example.com').id}"
    form = {"name": "Léa", "role": "dispatcher"}
    more = admin.submit(here, {**form, "depot": ["lyon", "nice"], "acting": ["on", "off"], "more": "1"}).text
    assert more.count('name="depot"') == 3
    assert parts(account("lea@example.com")) == [("lyon", True)]
    every = {**form, "depot": ["lyon", "nice", "", "lille"], "acting": ["off", "off", "on", "on"]}
    assert admin.submit(here, every).status_code == 303
    assert parts(account("lea@example.com")) == [("lyon", False), ("nice", False), ("lille", True)]
    page = admin.get(here).text
    assert page.count('value="lille" selected') == 1
    assert page.count('<option value="off" selected>') == 2
    # The company read-only, and one depot to act on.
    assert admin.submit(here, {**form, "depot": ["*", "nice"], "acting": ["off", "on"]}).status_code == 303
    assert parts(account("lea@example.com")) == [(None, False), ("nice", True)]


def test_who_only_sees_a_depot_manages_nobody_of_it(app: Flask, client: Client, make: Factory) -> None:
    lyon, nice = make.depot("lyon"), make.depot("nice")
    boss = make.user("admin", lyon, only_seen=nice, language="en")
    theirs, both, mine = make.user("reader", nice), make.user("reader", lyon, only_seen=nice), make.user("reader", lyon)
    client.sign_in(boss.email)
    form = {"name": "Z", "role": "admin", "depot": "lyon", "acting": "on"}
    for person in (theirs, both):
        here = f"/admin/users/{person.id}"
        assert "do not act on it" in client.get(here).text
        assert client.submit(here, form).status_code == 403
        for act in ("link", "disable", "enable", "sessions/end", "totp/remove"):
            assert client.submit(here, {}, action=f"{here}/{act}").status_code == 403
        assert account(person.email).role == "reader"
    assert client.submit(f"/admin/users/{mine.id}", form).status_code == 303
    assert account(mine.email).role == "admin"
