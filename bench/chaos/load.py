"""A steady load of pages, ratings and completions; what each request was answered, and how long that took."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import urlencode, urlsplit

# Requests a second.
RATES = {"page": 10.0, "rating": 3.0, "completion": 3.0}
LINKS = 40
CALL_S = 15.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answered:
    """A request: when it was due, by time.time(), its seconds from then to the answer, and the status, 0 for none."""

    what: str
    at: float
    seconds: float
    status: int

    @property
    def refused(self) -> bool:
        return self.status not in {200, 201, 303}


class Load:
    """Calls go out when they are due, whether those before them were answered or not."""

    def __init__(self, port: int, key: str) -> None:
        self.answered: list[Answered] = []
        # When each recipient's order was completed, by time.time().
        self.completed: dict[str, float] = {}
        self._port = port
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._numbers = count(1)
        self._links = [self._order(f"L-{number}", {}) for number in range(LINKS)]
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(32)
        calls: dict[str, Callable[[int], int]] = {
            "page": self._page,
            "rating": self._rating,
            "completion": self._completion,
        }
        self._threads = [threading.Thread(target=self._send, args=(what, call)) for what, call in calls.items()]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._pool.shutdown()

    def _send(self, what: str, call: Callable[[int], int]) -> None:
        began = time.monotonic()
        for number in count():
            if self._stopped.wait(max(0.0, began + number / RATES[what] - time.monotonic())):
                return
            self._pool.submit(self._timed, what, call, number, time.time())

    def _timed(self, what: str, call: Callable[[int], int], number: int, due: float) -> None:
        try:
            status = call(number)
        except (OSError, HTTPException):
            status = 0
        self.answered.append(Answered(what, due, time.time() - due, status))

    def _page(self, number: int) -> int:
        return self._call("GET", self._links[number % LINKS])[0]

    def _rating(self, number: int) -> int:
        form = urlencode({"stars": number % 5 + 1, "comment": f"comment {number}"})
        return self._call("POST", f"{self._links[number % LINKS]}/rating", form, FORM)[0]

    def _completion(self, _number: int) -> int:
        number = next(self._numbers)
        phone = f"+3361{number:07}"
        self._order(f"M-{number}", {"customer": {"phone": phone}, "notify": "sms"})
        self.completed[phone] = time.time()
        return 200

    def _order(self, ref: str, fields: dict[str, object]) -> str:
        """Complete a new order; the path of its page. Raises HTTPException where that is refused."""
        steps = (("PUT", "", {"notify": "none", **fields}), ("POST", "/status", {"status": "completed"}))
        for method, path, body in steps:
            status, text = self._call(method, f"/api/v1/orders/{ref}{path}", json.dumps(body), self._headers)
            if status not in {200, 201}:
                raise HTTPException(f"{method} {path}: {status}")
        return urlsplit(str(json.loads(text)["tracking_url"])).path

    def _call(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=CALL_S)
        try:
            connection.request(method, path, body or None, headers or {})
            with connection.getresponse() as response:
                return response.status, response.read()
        finally:
            connection.close()
