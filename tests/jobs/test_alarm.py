"""How long it takes until a stopped gateway shows, with the worker and the sweeper as processes of their own."""

from flask import Flask

from tests.factories import Factory
from tests.page import Client
from tests.servers import MailServer, Processes, wait_for

# A second or two on an idle machine; beside other tests on the same cores, more.
ALARM_S = 10


def warnings(client: Client) -> list[str]:
    answer = client.get("/readyz").json
    assert answer is not None
    return list(answer["warnings"])


def test_a_stopped_gateway_shows_within_seconds(
    app: Flask, client: Client, make: Factory, processes: Processes, mailing: MailServer
) -> None:
    client.sign_in(make.user("admin", language="en").email)
    for part in ("messages", "sweep"):
        processes.start(part)
    make.completed("R-1", notify="email", customer={"email": "ann@example.com"})
    wait_for(lambda: mailing.mails, 20)
    assert warnings(client) == []
    mailing.stop()
    make.completed("R-2", notify="email", customer={"email": "bob@example.com"})
    wait_for(lambda: warnings(client), ALARM_S)
    assert "refused for now" in warnings(client)[0]
    assert "refused for now and is tried again" in client.get("/admin/").text
