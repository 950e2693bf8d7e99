"""What a run showed: the completions that were answered, against what the gateway counted and the outbox says."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.chaos.faults import Struck
from bench.chaos.feed import Fed
from bench.chaos.kinds import Kind
from bench.chaos.ledger import Ledger
from bench.chaos.outbox import ENDS, Row

LEAST_SHARE = 0.3
ARRIVED = ("sent", "delivered")


@dataclass(frozen=True)
class Verdict:
    """One configuration's figures; `faults` are the sentences that make it fail."""

    gateway: str
    database: str
    seed: int
    seconds: float
    completed: int
    delivered: int
    lost: int
    doubled: int
    states: dict[str, int]
    kills: int
    freezes: int
    share: float
    faults: tuple[str, ...]

    def line(self) -> str:
        words = [f"completed {self.completed}", f"delivered {self.delivered}", f"lost {self.lost}"]
        words += [f"doubled {self.doubled}", *(f"{state} {self.states[state]}" for state in ENDS[2:])]
        words += [f"kills {self.kills} ({self.share:.0%} under an open lease)", f"freezes {self.freezes}"]
        words += [f"{self.seconds:.0f} s", f"seed {self.seed}"]
        return f"{self.gateway} on {self.database}: {', '.join(words)}: {'; '.join(self.faults) or 'held'}"

    def cells(self) -> list[str]:
        numbers = [self.completed, self.delivered, self.lost, self.doubled, *(self.states[end] for end in ENDS[2:])]
        kills = [f"{self.kills} + {self.freezes}", f"{self.share:.0%}", f"{self.seconds:.0f} s", str(self.seed)]
        return [self.gateway, self.database, *map(str, numbers), *kills]


HEADER = (
    *("gateway", "database", "completed", "delivered", "lost", "doubled", *ENDS[2:]),
    *("kills + freezes", "under an open lease", "time", "seed"),
)


def judge(
    kind: Kind, database: str, seed: int, seconds: float, fed: Fed, ledger: Ledger, rows: list[Row], struck: Struck
) -> Verdict:
    """Compare the three accounts of the run."""
    states = {(row.order, row.channel): row.state for row in rows}
    state_of = {to: states.get((ref, kind.channel)) for to, ref in fed.completed.items()}
    lost = {to for to, state in state_of.items() if state not in ENDS or (state in ARRIVED and not ledger.taken[to])}
    doubled = {to for to, times in ledger.taken.items() if times > 1}
    uncertain = {to for to, state in state_of.items() if state == "uncertain"}
    failed = {to for to, state in state_of.items() if state == "failed"}
    doubted = ledger.dropped | ledger.unheard | {to for to, ref in fed.completed.items() if ref in struck.doubted}
    counted = (
        (lost, "lost"),
        (doubled, "got a message twice"),
        (uncertain if kind.resolves_doubt else (), "uncertain where the gateway resolves doubt"),
        (uncertain - doubted, "uncertain without a doubt"),
        (failed & set(ledger.taken), "failed although delivered"),
        (failed - ledger.refused, "failed without a refusal for good"),
        ({to for to, text in ledger.texts.items() if fed.links.get(to, text) not in text}, "got another order's link"),
        (fed.given_up, "never answered"),
    )
    faults = [f"{len(list(found))} {what}" for found, what in counted if found]
    if struck.share < LEAST_SHARE:
        faults.append(f"only {struck.share:.0%} of the kills fell under an open lease")
    if not fed.completed:
        faults.append("nothing was completed")
    return Verdict(
        gateway=kind.name,
        database=database,
        seed=seed,
        seconds=seconds,
        completed=len(fed.completed),
        delivered=len(ledger.taken),
        lost=len(lost),
        doubled=len(doubled),
        states={end: list(state_of.values()).count(end) for end in ENDS},
        kills=struck.kills,
        freezes=struck.freezes,
        share=struck.share,
        faults=tuple(faults),
    )


def table(verdicts: Iterable[Verdict]) -> str:
    """As Markdown, for bench/RESULTS.md."""
    rows = [list(HEADER), ["---"] * len(HEADER), *(verdict.cells() for verdict in verdicts)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
