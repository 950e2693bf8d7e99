"""Kills and freezes by a seed, many of them aimed at whoever has a message at the gateway at that moment."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bench.chaos import outbox
from bench.chaos.ledger import Call, Ledger
from bench.chaos.programs import Program, owner_of, signal_to
from bench.chaos.stage import Stage

# How often each fault is drawn. "holder" is the process that has a message at the gateway: a job, or the sweeper.
WEIGHTS = {
    "holder": 60,
    "holder frozen": 12,
    "sender frozen": 8,
    "worker": 12,
    "sweeper": 8,
    "web process": 7,
    "web": 3,
    "valkey": 9,
    "work": 3,
}
AIM_S = 1.5


@dataclass
class Struck:
    """What was done; a lease counts as open only while the process that is hit has a message at the gateway."""

    kills: int = 0
    freezes: int = 0
    kills_under_lease: int = 0
    freezes_under_lease: int = 0
    # The orders whose message somebody worked on, or had at the gateway, when a sender was hit.
    doubted: set[str] = field(default_factory=set)

    @property
    def share(self) -> float:
        return self.kills_under_lease / self.kills if self.kills else 0.0


class Faults:
    """Strikes the stage again and again; what is hit is started again by the stage's keeper."""

    def __init__(self, stage: Stage, ledger: Ledger, lease_s: float, seed: int) -> None:
        self.struck = Struck()
        self._stage, self._ledger, self._lease_s = stage, ledger, lease_s
        self._draw = Random(seed)

    def strike(self) -> None:
        """Do one fault; where the one drawn is impossible at the moment, another."""
        while True:
            name = self._draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            if self._do(name):
                return
            time.sleep(0.05)

    def _do(self, name: str) -> bool:
        if name.startswith("holder"):
            aimed = self._holder()
            if aimed is None:
                return False
            program, pid = aimed
            whole = program.members() if self._draw.random() < 0.5 else [pid]
            return self._freeze(program, whole) if name == "holder frozen" else self._kill([pid])
        chosen = self._chosen(name)
        return chosen is not None and chosen.is_running() and self._hit_program(name, chosen)

    def _hit_program(self, name: str, program: Program) -> bool:
        if name == "sender frozen":
            return self._freeze(program, program.members())
        if name == "web process":
            return self._kill([pid for pid in program.members() if pid != program.pid][:1])
        alone = name == "worker" and self._draw.random() < 0.5
        return self._kill([program.pid] if alone else program.members())

    def _chosen(self, name: str) -> Program | None:
        names = {"worker": "messages-1 messages-2", "sender frozen": "messages-1 messages-2 sweeper"}
        name = self._draw.choice(names.get(name, name.partition(" ")[0]).split())
        return self._stage.programs.get(name)

    def _holder(self) -> tuple[Program, int] | None:
        """Whoever has a message at the gateway; waits for one."""
        deadline = time.monotonic() + AIM_S
        while time.monotonic() < deadline:
            for call in self._ledger.held():
                for program in self._stage.senders():
                    if not program.frozen and (pid := owner_of(call.port, program.members())) is not None:
                        return program, pid
            time.sleep(0.01)
        return None

    def _kill(self, pids: list[int]) -> bool:
        if not pids:
            return False
        under_lease = self._hit(pids, lambda pid: signal_to(pid, signal.SIGKILL))
        self.struck.kills += 1
        self.struck.kills_under_lease += under_lease
        return True

    def _freeze(self, program: Program, pids: list[int]) -> bool:
        seconds = self._lease_s * self._draw.uniform(1.15, 1.45)
        under_lease = self._hit(pids, lambda pid: program.freeze([pid], seconds))
        self.struck.freezes += 1
        self.struck.freezes_under_lease += under_lease
        return True

    def _hit(self, pids: list[int], strike: Callable[[int], None]) -> bool:
        """Whether a message of these processes was at the gateway before they were hit, and still is after it."""
        theirs: list[Call] = [call for call in self._ledger.held() if owner_of(call.port, pids) is not None]
        for pid in pids:
            strike(pid)
        after = self._ledger.held()
        # Where the outbox has no such rows, it is in none of these doubts.
        self.struck.doubted |= {row.order for row in outbox.rows(self._stage.database_url, "n.state = 'sending'")}
        return any(call in after for call in theirs)
