"""The web server of the start: its port, its command, and whether it really answers."""

import errno
import http.client
import resource
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from cxweb.launch.terminal import CannotStart

HOST = "127.0.0.1"
DEFAULT_PORT = "8000"
# Of one process. A connection that only waits takes a place too: where all are taken, nobody else is let in.
MOST_CONNECTIONS = 4096


def chosen_port(env: Mapping[str, str]) -> int:
    """The port of PORT. Raises CannotStart where it is none, or taken."""
    text = env.get("PORT") or DEFAULT_PORT
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text}.")
    port = int(text)
    with socket.socket() as probe:
        # As every server does, so that connections of the last start that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotStart(_refusal(port, error)) from error
    return port


def _refusal(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program: stop it, or choose another such as PORT={port % 65535 + 1}."
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for the system: choose one from 1024 up, such as PORT=8000."
    return f"port {port} cannot be used: {error.strerror}."


def most_connections() -> int:
    """How many connections a web process may hold; what this process begins may then open as many files and more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // 2)


def command(root: Path, port: int) -> list[str]:
    """Granian on app.py: two processes, so that one busy page does not hold up the others."""
    options = {
        "interface": "wsgi",
        "host": HOST,
        "port": str(port),
        "http": "1",
        "workers": "2",
        # Most of them wait for clients that send slowly; few work at a time (web/headers.py).
        "blocking-threads": "512",
        "backlog": str(MOST_CONNECTIONS),
        "backpressure": str(most_connections()),
        "workers-kill-timeout": "3",
        # Its warnings are about the number of threads, which is meant.
        "log-level": "error",
    }
    flags = ["--no-ws", "--no-access-log", "--respawn-failed-workers"]
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "granian", *pairs, *flags, "app:app"]


def answers(port: int) -> bool:
    """Whether the product's own liveness page answers at the port."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
