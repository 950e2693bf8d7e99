"""The web server killed again and again, and beset by slow clients: nothing acknowledged is lost, others are served."""

import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import kills, slow_clients
from tests.faults.serving import Served

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")


def test_what_was_acknowledged_is_stored_once_though_web_processes_are_killed(tmp_path: Path) -> None:
    found = kills.run(tmp_path, submissions=120, seconds=25, pause_s=0.15)
    assert found.acknowledged > 20
    assert found.kills >= 2
    assert (found.lost, found.wrong, found.integrity) == ([], [], "ok")


def test_a_lost_or_changed_rating_would_be_noticed(tmp_path: Path) -> None:
    [token, other] = kills.orders(tmp_path, 2)
    lost, wrong, integrity = kills.compared(tmp_path / "cxweb.sqlite3", {token: (4, "said"), other: (1, "x")})
    assert (sorted(lost), wrong, integrity) == (sorted([token, other]), [], "ok")


def test_four_hundred_slow_clients_stop_nobody(tmp_path: Path) -> None:
    found = slow_clients.run(tmp_path, clients=400, seconds=5)
    assert found.slow > 300, "they must still be sending, or they were no burden"
    assert len(found.took) >= 8
    assert found.answered_percent == 100


def test_fifteen_hundred_connections_that_only_wait_stop_nobody(tmp_path: Path) -> None:
    with Served(tmp_path) as served, ExitStack() as held:
        for _ in range(1500):
            waiting = held.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(12):
            client = served.connection(timeout=5)
            held.callback(client.close)
            client.request("GET", "/healthz")
            assert client.getresponse().status == 200
