"""A small SMPP gateway for tests: real sockets, packets taken apart by hand so that no code is shared with ours."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

BINDS = {1: "receiver", 2: "transmitter", 9: "transceiver"}
SUBMIT, DELIVER, UNBIND, ENQUIRE = 4, 5, 6, 0x15
RESPONSE = 0x80000000
PAYLOAD, RECEIPTED_ID, STATE = 0x0424, 0x001E, 0x0427


@dataclass
class Submitted:
    """One submit_sm as it came."""

    source: tuple[int, int, str]
    destination: tuple[int, int, str]
    esm_class: int
    registered: int
    coding: int
    short_message: bytes
    payload: bytes | None


@dataclass(eq=False)
class Peer:
    """One connection and how it is bound."""

    socket: socket.socket
    role: str = ""
    answers: list[tuple[int, int]] = field(default_factory=list)


class SmppGateway:
    """Takes messages of one user. `answers` holds what the next submits get: a status, `DROP` or `MUTE`.

    DROP takes the message and hangs up; MUTE takes it and says nothing.
    """

    DROP, MUTE = -1, -2

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.submitted: list[Submitted] = []
        self.answers: list[int] = []
        self.binds: list[tuple[str, str, str, str]] = []
        self.peers: list[Peer] = []
        self.unbound = 0
        self.password = "s3cret"
        self.context = context
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def url(self, options: str = "", user: str = "shop:s3cret") -> str:
        scheme, host = ("smpps", "localhost") if self.context else ("smpp", "127.0.0.1")
        return f"{scheme}://{user}@{host}:{self.port}/?from=Boulanger&system_type=web{options}"

    def stop(self) -> None:
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for peer in self.peers:
            self.cut(peer)
        for thread in self.threads:
            thread.join(5)

    def cut(self, peer: Peer) -> None:
        with suppress(OSError):
            peer.socket.shutdown(socket.SHUT_RDWR)
        peer.socket.close()

    def bound(self, role: str) -> list[Peer]:
        return [peer for peer in self.peers if peer.role == role]

    def receipt(self, message_id: str, state: str, number: int = 1, code: int | None = None) -> None:
        """Send a delivery receipt to the first receiver, as packet `number`; with `code` its state as a field too."""
        text = f"id:{message_id} sub:001 dlvrd:001 submit date:2611241200 done date:2611241201 stat:{state} err:000"
        fields = b"" if code is None else struct.pack(">HHB", STATE, 1, code)
        self.deliver(text.encode(), esm_class=4, number=number, fields=fields)

    def deliver(
        self,
        text: bytes,
        *,
        source: str = "33612345678",
        ton: int = 1,
        esm_class: int = 0,
        coding: int = 0,
        number: int = 1,
        fields: bytes = b"",
    ) -> None:
        """Send a deliver_sm to the first receiver."""
        body = b"\0" + bytes([ton, 1]) + source.encode() + b"\0" + b"\5\0Boulanger\0"
        body += bytes([esm_class, 0, 0]) + b"\0\0" + bytes([0, 0, coding, 0, len(text)]) + text + fields
        self.send(self.bound("receiver")[0], DELIVER, 0, number, body)

    def send(self, peer: Peer, command: int, status: int, number: int, body: bytes = b"") -> None:
        peer.socket.sendall(struct.pack(">LLLL", 16 + len(body), command, status, number) + body)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection = self.listening.accept()[0]
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            peer = Peer(connection)
            self.peers.append(peer)
            while (packet := _read(connection)) and self._answer(peer, *packet):
                pass
        connection.close()
        self.peers = [other for other in self.peers if other.socket is not connection]

    def _answer(self, peer: Peer, command: int, status: int, number: int, body: bytes) -> bool:
        if command in BINDS:
            return self._bind(peer, command, number, body)
        if command == SUBMIT:
            return self._submit(peer, number, body)
        if command == UNBIND:
            self.unbound += 1
            return False
        if command == ENQUIRE:
            self.send(peer, ENQUIRE | RESPONSE, 0, number)
        elif command & RESPONSE:
            peer.answers.append((number, status))
        return True

    def _bind(self, peer: Peer, command: int, number: int, body: bytes) -> bool:
        user, password, system_type = (part.decode() for part in body.split(b"\0")[:3])
        self.binds.append((BINDS[command], user, password, system_type))
        status = 0 if (user, password) == ("shop", self.password) else 0x0E
        if status == 0:
            peer.role = BINDS[command]
        self.send(peer, command | RESPONSE, status, number, b"tests\0" if status == 0 else b"")
        return True

    def _submit(self, peer: Peer, number: int, body: bytes) -> bool:
        answer = self.answers.pop(0) if self.answers else 0
        if answer <= 0:
            self.submitted.append(submitted(body))
        if answer in {self.DROP, self.MUTE}:
            return answer == self.MUTE
        # Anything may come between a message and its answer.
        self.send(peer, ENQUIRE, 0, 77)
        message_id = f"m{len(self.submitted)}\0".encode() if answer == 0 else b""
        self.send(peer, SUBMIT | RESPONSE, answer, number, message_id)
        return True


def _read(connection: socket.socket) -> tuple[int, int, int, bytes] | None:
    head = _exactly(connection, 16)
    if head is None:
        return None
    length, command, status, number = struct.unpack(">LLLL", head)
    body = _exactly(connection, length - 16)
    return None if body is None else (command, status, number, body)


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def submitted(body: bytes) -> Submitted:
    """A submit_sm taken apart."""
    service, _, rest = body.partition(b"\0")
    assert service == b""
    addresses = []
    for _ in range(2):
        text, _, after = rest[2:].partition(b"\0")
        addresses.append((rest[0], rest[1], text.decode()))
        rest = after
    esm_class, rest = rest[0], rest[3:]
    for _ in range(2):
        rest = rest.partition(b"\0")[2]
    registered, _replace, coding, _canned, length = rest[:5]
    message, fields = rest[5 : 5 + length], rest[5 + length :]
    payload = None
    while fields:
        tag, size = struct.unpack(">HH", fields[:4])
        payload = fields[4 : 4 + size] if tag == PAYLOAD else payload
        fields = fields[4 + size :]
    return Submitted(addresses[0], addresses[1], esm_class, registered, coding, message, payload)


@pytest.fixture
def smpp_gateway() -> Iterator[SmppGateway]:
    """A running SMPP gateway."""
    gateway = SmppGateway()
    yield gateway
    gateway.stop()
