"""What somebody types in as an address reaches the public internet or nothing: the guard against requests to inside."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from cxweb.core.outward import ForbiddenAddress, Outward, check, is_public
from cxweb.core.senders.https import NoAnswer, NotConnected
from tests.webhook_server import WebhookServer

INSIDE = {
    "this machine": ["127.0.0.1", "127.8.8.8", "::1", "::", "0.0.0.0"],  # noqa: S104 - nothing listens here
    "private": ["10.0.0.1", "172.16.0.1", "192.168.1.1", "fc00::1", "fec0::1"],
    "link-local": ["169.254.0.1", "fe80::1"],
    "carrier": ["100.64.0.1", "100.127.255.254"],
    "clouds": ["169.254.169.254", "192.0.0.192", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"],
    "groups": ["224.0.0.1", "255.255.255.255", "ff02::1"],
    "for papers and benches": ["203.0.113.7", "198.18.0.1", "2001:db8::1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"],
    "translated": ["64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1:0:0:f5ff:fffe"],
}
OUTSIDE = ["8.8.8.8", "185.12.64.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
ADDRESSES = [*((each, False) for kind in INSIDE.values() for each in kind), *((each, True) for each in OUTSIDE)]


@pytest.mark.parametrize(("address", "public"), ADDRESSES)
def test_only_the_public_internet_may_be_called(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://erp.example.com/hooks?a=b", None),
        ("https://erp.example.com:8443", None),
        ("http://erp.example.com/", "not_https"),
        ("ftp://erp.example.com/", "not_https"),
        ("file:///etc/passwd", "not_https"),
        ("//erp.example.com/", "not_https"),
        ("http://127.0.0.1/", "not_https"),
        ("https:///hooks", "no_host"),
        ("https://shop:s3cret@erp.example.com/", "credentials"),
        ("https://erp.example.com#x", "credentials"),
        ("https://erp.example.com\\@inside/", "odd"),
        ("https://erp.example.com/a b", "odd"),
        ("https://erp.example.com/\r\nHost: inside", "odd"),
        ("https://erp.exämple.com/", "odd"),
        ("https://erp.example.com:99999/", "odd"),
        ("https://[::1", "odd"),
        ("https://erp.example.com/" + "a" * 500, "odd"),
        ("https://localhost/", "not_public"),
        ("https://[::1]/", "not_public"),
    ],
)
def test_an_address_is_https_without_anything_odd(url: str, fault: str | None) -> None:
    if fault is None:
        assert check(url) == url
        return
    with pytest.raises(ForbiddenAddress, match=f"^{fault}$"):
        check(url)


@pytest.mark.parametrize(
    "answers", [["10.0.0.1"], ["8.8.8.8", "::ffff:10.0.0.1"], ["fe80::1%eth0"], ["169.254.169.254"]]
)
def test_a_name_that_leads_inside_is_not_called(answers: list[str]) -> None:
    with pytest.raises(ForbiddenAddress, match="not_public"):
        Outward(resolve=lambda *_: answers).post("https://erp.example.com/", b"", {}, time.monotonic() + 5)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "127.1", "0177.0.0.1"])
def test_this_machines_resolver_opens_no_way_inside(host: str) -> None:
    with pytest.raises((ForbiddenAddress, NotConnected)):
        Outward().post(f"https://{host}/", b"", {}, time.monotonic() + 5)


@pytest.fixture
def secure(certificate: ssl.SSLContext) -> Iterator[tuple[WebhookServer, int]]:
    """A server on this machine whose certificate is that of `localhost`."""
    plain = WebhookServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), plain._handler())
    server.daemon_threads = True
    server.socket = certificate.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield plain, server.server_address[1]
    for each in (server, plain.server):
        each.shutdown()
        each.server_close()
    thread.join()
    plain.thread.join()


def test_the_name_is_resolved_once_and_its_certificate_checked_at_that_address(
    secure: tuple[WebhookServer, int],
) -> None:
    server, port = secure
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    outward = Outward(loopback=True, resolve=resolve)
    assert outward.post(f"https://localhost:{port}/events", b"{}", {}, time.monotonic() + 5) == (200, b"{}")
    assert server.heard[0].headers["host"] == f"localhost:{port}"
    with pytest.raises(NotConnected) as refused:
        outward.post(f"https://erp.example.com:{port}/events", b"{}", {}, time.monotonic() + 5)
    assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
    assert asked == ["localhost", "erp.example.com"]
    assert len(server.heard) == 1


@pytest.fixture
def dripping_port() -> Iterator[int]:
    """A server that answers a byte every tenth of a second, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200:
                    try:
                        connection.sendall(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.1)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_an_answer_that_drips_in_is_cut_off_in_time(dripping_port: int) -> None:
    started = time.monotonic()
    with pytest.raises(NoAnswer) as cut:
        Outward(loopback=True).post(f"http://127.0.0.1:{dripping_port}/", b"{}", {}, started + 0.7)
    assert time.monotonic() - started < 1.5
    assert isinstance(cut.value.__cause__, TimeoutError)


def test_no_more_than_the_beginning_of_an_answer_is_read() -> None:
    server = WebhookServer()
    server.text = b"x" * 1_000_000
    _, text = Outward(loopback=True).post(server.url(), b"{}", {}, time.monotonic() + 5)
    assert len(text) == 65_536
    server.server.shutdown()
    server.server.server_close()
    server.thread.join()
