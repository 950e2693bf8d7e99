"""The programs that bring orders and completions in, at a steady rate, and try again until they are answered."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random

THREADS = 16
PATIENCE_S = 60.0
CALL_S = 5.0
# Orders wait while so many messages are open, so that a slow machine ends with a short queue and not with a long one.
MOST_OPEN = 40
# So many completions are told twice, as a driver's app does when it is tapped twice.
TWICE = 0.1


@dataclass
class Fed:
    """What the product has answered 200 to, by the recipient that belongs to the order alone."""

    completed: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    attempts: int = 0


class Feed:
    """Feeds one channel's orders; `stop()` waits for those that are under way."""

    def __init__(
        self, port: int, key: str, channel: str, rate: float, seed: int, open_messages: Callable[[], int]
    ) -> None:
        self.fed = Fed()
        self._open_messages = open_messages
        self._port, self._channel, self._rate, self._seed = port, channel, rate, seed
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(THREADS)
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> Fed:
        self._stopped.set()
        self._thread.join()
        self._pool.shutdown()
        return self.fed

    def _run(self) -> None:
        number, next_at, looked_at, waiting = 0, time.monotonic(), 0.0, 0
        while not self._stopped.wait(max(0.0, next_at - time.monotonic())):
            next_at = max(next_at, time.monotonic() - 1 / self._rate) + 1 / self._rate
            if time.monotonic() - looked_at > 0.5:
                looked_at, waiting = time.monotonic(), self._open_messages()
            if waiting < MOST_OPEN:
                number += 1
                self._pool.submit(self._order, number)

    def _order(self, number: int) -> None:
        ref = f"C-{number:06}"
        to = f"c{number}@shop.example" if self._channel == "email" else f"+3361{number:07}"
        contact = {"email" if self._channel == "email" else "phone": to}
        customer = {"name": "Ann", "language": "en", **contact}
        order: dict[str, object] = {"customer": customer, "notify": self._channel}
        saved = self._until_answered("PUT", f"/api/v1/orders/{ref}", order)
        if saved is None:
            self.fed.given_up.add(to)
            return
        self.fed.links[to] = str(saved["tracking_url"])
        if self._until_answered("POST", f"/api/v1/orders/{ref}/status", {"status": "completed"}) is None:
            self.fed.given_up.add(to)
            return
        self.fed.completed[to] = ref
        if Random(f"{self._seed}:{ref}").random() < TWICE:
            self._until_answered("POST", f"/api/v1/orders/{ref}/status", {"status": "completed"})

    def _until_answered(self, method: str, path: str, body: dict[str, object]) -> dict[str, object] | None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self.fed.attempts += 1
            connection = HTTPConnection("127.0.0.1", self._port, timeout=CALL_S)
            try:
                connection.request(method, path, json.dumps(body), self._headers)
                with connection.getresponse() as response:
                    text = response.read()
                if response.status in {200, 201}:
                    answer: dict[str, object] = json.loads(text)
                    return answer
            except (OSError, HTTPException, ValueError):
                # The server was killed in the middle of it: nothing is known, and it is asked again.
                pass
            finally:
                connection.close()
            time.sleep(0.3)
        return None
