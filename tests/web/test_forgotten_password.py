"""A forgotten password: one answer for everybody, a mail to whom has an account, and every old session gone."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.models import AccountLink, PasswordRequest
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.jobs.accounts import mail
from tests.factories import PASSWORD, Factory
from tests.page import Client
from tests.servers import MailServer
from tests.web.test_invited_users import CHOSEN, link_in


def ask(client: Client, email: str, address: str = "192.0.2.1") -> tuple[int, str]:
    page = client.get("/password?lang=en").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"email": email, "csrf_token": token}
    answer = client.post("/password?lang=en", form, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.text.replace(email, "")


def test_the_answer_tells_nobody_who_has_an_account(client: Client, make: Factory, mailing: MailServer) -> None:
    make.user(email="known@example.com")
    make.user(email="closed@example.com", disabled_at=clock.now())
    answers = {ask(client, email) for email in ("known@example.com", "nobody@example.com", "closed@example.com")}
    assert len(answers) == 1
    # All three have left the same trace until the sweeper looks them up.
    assert session().scalar(select(func.count()).select_from(PasswordRequest)) == 3
    mail()
    assert mailing.recipients == [["known@example.com"]]
    assert session().scalar(select(func.count()).select_from(PasswordRequest)) == 0


def test_the_link_sets_a_password_once_and_ends_every_session(
    app: Flask, client: Client, make: Factory, mailing: MailServer
) -> None:
    user = make.user(email="known@example.com")
    thief = Client(app)
    thief.sign_in(user.email)
    ask(client, "Known@Example.com")
    mail()
    link = link_in(mailing.mails[0].get_content())
    assert client.submit(link, {"password": CHOSEN}).status_code == 303
    assert client.submit("/login", {"password": CHOSEN}, action=link).status_code == 404
    assert thief.get("/admin/").status_code == 303
    assert client.submit("/login", {"email": user.email, "password": PASSWORD}).status_code == 422
    client.sign_in(user.email, CHOSEN)


def test_a_link_works_for_an_hour(client: Client, make: Factory, mailing: MailServer) -> None:
    make.user(email="known@example.com")
    ask(client, "known@example.com")
    mail()
    link = link_in(mailing.mails[0].get_content())
    with clock.showing(clock.now() + timedelta(minutes=61)):
        assert client.get(link).status_code == 404


def test_nobody_fills_a_mailbox_or_the_table(client: Client, make: Factory, mailing: MailServer) -> None:
    make.user(email="known@example.com")
    codes = [ask(client, "known@example.com")[0] for _ in range(6)]
    assert codes == [200] * 5 + [429]
    mail()
    assert session().scalar(select(func.count()).select_from(AccountLink)) == 3
    # Only the last link opens anything, so only it is mailed.
    assert len(mailing.mails) == 1
    assert ask(client, "not an address", "192.0.2.9")[0] == 422


def test_a_mail_that_cannot_leave_is_tried_again_and_never_kept_where_others_read(
    client: Client, make: Factory, mailing: MailServer
) -> None:
    make.user(email="known@example.com")
    ask(client, "known@example.com")
    mailing.stop()
    mail()
    link = session().scalars(select(AccountLink)).one()
    assert (link.state, link.attempts) == ("pending", 1)
    assert link.next_attempt_at > clock.now()
    client.sign_in("known@example.com")
    assert "/password/" not in client.get("/admin/messages").text
