"""What a run's gateway took, refused, dropped and is holding: the only count of what customers got."""

import random
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

REFUSALS, DROPS = 0.04, 0.04
# Of the refusals, how many are for good; the others are for now.
FOR_GOOD = 0.25
HOLD_S = (0.05, 0.3)
ACCEPT, REFUSE_NOW, REFUSE_FOR_GOOD, DROP = "accept", "refuse now", "refuse for good", "drop"


@dataclass(frozen=True)
class Answer:
    """What the gateway does with a call: the outcome, how long it thinks, and whether it takes the message before."""

    outcome: str
    hold_s: float
    takes_first: bool

    @property
    def takes(self) -> bool:
        return self.outcome in {ACCEPT, DROP}


@dataclass(eq=False)
class Call:
    """A message at the gateway that has got no answer yet; `port` is the caller's."""

    recipient: str
    port: int


class Ledger:
    """Counts by recipient, and each order has its own; safe to use from several threads."""

    def __init__(
        self,
        seed: int,
        refusals: float = REFUSALS,
        drops: float = DROPS,
        hold_s: tuple[float, float] = HOLD_S,
    ) -> None:
        self.seed = seed
        self.hold_s = hold_s
        self.refusals, self.drops = refusals, drops
        self.taken: Counter[str] = Counter()
        self.texts: dict[str, str] = {}
        self.refused: set[str] = set()
        # Who got no answer: it was dropped on purpose, or the caller had gone when it was given.
        self.dropped: set[str] = set()
        self.unheard: set[str] = set()
        self.first_at: dict[str, float] = {}
        self._calls: Counter[str] = Counter()
        self._held: set[Call] = set()
        self._lock = threading.Lock()

    def answer_to(self, recipient: str) -> Answer:
        """The seed decides by recipient and number of the call, whatever the order in which calls arrive."""
        with self._lock:
            self._calls[recipient] += 1
            draw = random.Random(f"{self.seed}:{recipient}:{self._calls[recipient]}")
        luck = draw.random()
        outcome = ACCEPT
        if luck < self.refusals:
            outcome = REFUSE_FOR_GOOD if luck < self.refusals * FOR_GOOD else REFUSE_NOW
        elif luck < self.refusals + self.drops:
            outcome = DROP
        return Answer(outcome, draw.uniform(*self.hold_s), draw.random() < 0.5)

    @contextmanager
    def holding(self, recipient: str, port: int) -> Iterator[None]:
        """Keep the call among those that are held."""
        call = Call(recipient, port)
        with self._lock:
            self._held.add(call)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(call)

    def held(self) -> list[Call]:
        with self._lock:
            return list(self._held)

    def take(self, recipient: str, text: str) -> None:
        """The customer gets the message."""
        with self._lock:
            self.taken[recipient] += 1
            self.texts[recipient] = text
            self.first_at.setdefault(recipient, time.time())

    def hung_up(self, recipient: str) -> None:
        """The caller was killed, or it gave up waiting."""
        with self._lock:
            self.unheard.add(recipient)

    def note(self, recipient: str, outcome: str) -> None:
        """Remember a refusal for good or an answer that was dropped."""
        with self._lock:
            if outcome == REFUSE_FOR_GOOD:
                self.refused.add(recipient)
            elif outcome == DROP:
                self.dropped.add(recipient)


def has_gone(connection: socket.socket) -> bool:
    """Whether the caller has closed its end of the connection."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
