"""A mail server for tests that answers each command as it is told to, and so goes wrong wherever a test wants it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest


class ScriptedMailServer:
    """`replies` holds what a command gets instead of its usual answer: a line, `HANG_UP` or `MUTE`.

    Commands are named by their first word; `GREETING` is what is said at first, `END` follows the mail's last line.
    """

    HANG_UP, MUTE = "hang up", "mute"
    USUAL = {"GREETING": "220 tests", "DATA": "354 go on", "QUIT": "221 bye", "EHLO": "250-tests\r\n250 AUTH PLAIN"}

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.heard: list[str] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def url(self, user: str = "") -> str:
        return f"smtp://{user}127.0.0.1:{self.listening.getsockname()[1]}"

    def stop(self) -> None:
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection = self.listening.accept()[0]
                self.connections.append(connection)
                self.threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
                self.threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            going = self._say(connection, "GREETING")
            in_mail = False
            for line in lines if going else ():
                if in_mail and line != b".\r\n":
                    continue
                word = "END" if in_mail else line.split()[0].decode().upper()
                self.heard.append(word if in_mail else line.decode().strip())
                in_mail = word == "DATA" and word not in self.replies
                if not self._say(connection, word):
                    return

    def _say(self, connection: socket.socket, word: str) -> bool:
        reply = self.replies.get(word, self.USUAL.get(word, "250 ok"))
        if reply not in {self.HANG_UP, self.MUTE}:
            connection.sendall(f"{reply}\r\n".encode())
        return reply != self.HANG_UP


@pytest.fixture
def mail_script() -> Iterator[ScriptedMailServer]:
    """A running mail server that goes wrong as it is told."""
    server = ScriptedMailServer()
    yield server
    server.stop()
