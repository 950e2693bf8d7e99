"""Counts what became of the rows of a run, and writes the refused ones into its report."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from cxweb.imports.refusals import CannotImport, Refusal

OUTCOMES = ("imported", "updated", "superseded", "refused", "unchanged")


class Outcome(NamedTuple):
    """What became of a row that was taken, and which of its fields came from a fallback column."""

    name: str
    fallbacks: tuple[str, ...] = ()


@dataclass
class Tally:
    """Each row that is not empty is counted under exactly one outcome."""

    report: TextIO | None = None
    counts: Counter[str] = field(default_factory=Counter)
    # For how many rows that were taken a field came from a fallback column.
    fallbacks: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    def add(self, outcomes: Iterable[Outcome], refusals: Iterable[Refusal]) -> None:
        """Count a batch's rows, and report its refused ones by line."""
        for name, fallbacks in outcomes:
            self.counts[name] += 1
            self.fallbacks.update(fallbacks)
        refused = sorted(refusals)
        self.counts["refused"] += len(refused)
        if self.report is not None:
            rows = ((refusal.line, refusal.ref, refusal.reason) for refusal in refused)
            csv.writer(self.report, lineterminator="\n").writerows(rows)

    def copy(self) -> "Tally":
        """The same counts, to be added to on trial; without the report."""
        return Tally(None, self.counts.copy(), self.fallbacks.copy(), self.skipped)

    def stored(self) -> dict[str, Any]:
        """The counts as a JSON object."""
        return {"counts": dict(self.counts), "fallbacks": dict(self.fallbacks), "skipped": self.skipped}

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Tally":
        """The tally of such an object; of an empty one, nothing is counted yet."""
        counts, fallbacks = Counter(stored.get("counts", {})), Counter(stored.get("fallbacks", {}))
        return cls(None, counts, fallbacks, stored.get("skipped", 0))

    def lines(self) -> list[str]:
        """The run's last lines as the command prints them."""
        lines = [f"skipped empty rows {self.skipped}"] if self.skipped else []
        # That of completed_at comes last, right before the counts.
        for name in sorted(self.fallbacks, key=lambda name: (name == "completed_at", name)):
            lines.append(f"fallback {name} {self.fallbacks[name]}")
        lines.append(", ".join(f"{outcome} {self.counts[outcome]}" for outcome in OUTCOMES))
        return lines


@contextmanager
def tallying(report: Path | None, *inputs: Path) -> Iterator[Tally]:
    """A tally that writes into the report where one is wanted. Raises CannotImport where it cannot be written."""
    if report is None:
        yield Tally()
        return
    if any(report.resolve() == file.resolve() for file in inputs):
        raise CannotImport(f"The report would overwrite {report}.")
    try:
        stream = report.open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise CannotImport(f"The report {report} cannot be written: {error.strerror}.") from error
    with stream:
        csv.writer(stream, lineterminator="\n").writerow(("line", "ref", "reason"))
        yield Tally(stream)
