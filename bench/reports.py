"""The report's figures over eight years: each panel of its first screen against the same from the rows.

`.venv/bin/python -m bench.reports --ratings 10000000` makes the ratings up on SQLite and on PostgreSQL, builds the
rollups, and measures each panel for a day, a month, a year and all time: median of five, in milliseconds,
beside the same in a database of a hundredth of the ratings (S9), and counted from the rows (S8).
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from bench._product import folder, postgresql, product, settings_in
from bench.report.years import END, write
from cxweb.accounts.rules import Perimeter
from cxweb.actions.rebuild_rollups import rebuild_rollups
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import OF_FEEDBACK, crosstab, feedback, feedback_by, funnel, reason_shares
from cxweb.analytics.queries.counting import tallied
from cxweb.core import clock
from cxweb.core.db import db, session, transaction

ROUNDS = 5
WHOLE = Perimeter()
LAST = END.date() - timedelta(days=1)
PERIODS = {
    "day": ReportFilter(start=LAST - timedelta(days=9), end=LAST - timedelta(days=9)),
    "month": ReportFilter(start=LAST.replace(day=1), end=LAST),
    "year": ReportFilter(start=LAST - timedelta(days=364), end=LAST),
    "all time": ReportFilter(),
}
Panel = Callable[[ReportFilter], object]
PANELS: dict[str, Panel] = {
    "figures": lambda chosen: feedback(chosen, WHOLE),
    "funnel": lambda chosen: funnel(chosen, WHOLE),
    "by date": lambda chosen: feedback_by(chosen, WHOLE, "day" if chosen.start else "month"),
    "by driver": lambda chosen: feedback_by(chosen, WHOLE, "driver"),
    "by depot": lambda chosen: feedback_by(chosen, WHOLE, "depot"),
    "reasons": lambda chosen: reason_shares(chosen, WHOLE),
    "CSAT x NPS": lambda chosen: crosstab(chosen, WHOLE),
    # Without the intervals and shares of three hundred lines.
    "driver query": lambda chosen: tallied(OF_FEEDBACK, chosen, WHOLE, "driver"),
}
# Counted from the rows too, once each: the rest would only take longer.
FROM_ROWS = (("figures", "day"), ("figures", "all time"), ("by date", "year"), ("by driver", "year"))
Times = dict[tuple[str, str], float]


def timed(panel: Panel, chosen: ReportFilter, rounds: int) -> tuple[float, object]:
    """Milliseconds, the median of the rounds, and what the panel gave."""
    times: list[float] = []
    found: object = None
    for _ in range(rounds):
        begun = time.perf_counter()
        found = panel(chosen)
        times.append(1000 * (time.perf_counter() - begun))
    return median(times), found


def size_of(tables: str) -> float:
    """Megabytes that tables of these names take, with their indexes."""
    if db.engine.dialect.name == "sqlite":
        return 0.0
    sizes = f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE '{tables}'"
    return float(session().scalar(text(sizes)) or 0) / 1e6


def measure(url: str, place: Path, ratings: int, *, rows_too: bool) -> Times:
    """Make the ratings up, build the rollups, and measure every panel."""
    app = product(settings_in(place, url))
    found: Times = {}
    with app.app_context(), clock.showing(END):
        begun = time.monotonic()
        write(ratings)
        made, size = time.monotonic() - begun, _bytes(place)
        begun = time.monotonic()
        rebuild_rollups()
        built = time.monotonic() - begun
        cells = (_bytes(place) - size) / 1e6 if size else size_of("%_cell")
        print(f"  {ratings} ratings made in {made:.0f} s; rollups built in {built:.0f} s, {cells:.0f} MB")
        answers = {}
        for period, chosen in PERIODS.items():
            for name, panel in PANELS.items():
                panel(chosen)
                found[name, period], answers[name, period] = timed(panel, chosen, ROUNDS)
        if rows_too:
            with transaction() as opened:
                opened.execute(text("DELETE FROM rollup_state"))
            for name, period in FROM_ROWS:
                took, answer = timed(PANELS[name], PERIODS[period], 1)
                found[name, f"{period} from rows"] = took
                assert answer == answers[name, period], f"{name} of {period} differ from the rows"
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    return found


def _bytes(place: Path) -> int:
    return sum(file.stat().st_size for file in place.glob("cxweb.sqlite3*"))


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, Path]]:
    with folder() as place:
        if kind == "sqlite":
            yield "", place
        else:
            with postgresql() as url:
                yield url, place


def show(large: Times, small: Times) -> None:
    """A line for each panel: the large database, the small one, and their ratio; then against the rows."""
    print(f"  {'panel':<12}" + "".join(f"{period:>26}" for period in PERIODS))
    for name in PANELS:
        cells = [(large[name, period], small[name, period]) for period in PERIODS]
        shown = "".join(f"{great:9.1f} ms {little:7.1f} x{great / little:4.1f}" for great, little in cells)
        print(f"  {name:<12}{shown}")
    for name, period in FROM_ROWS:
        rows, cells_ = large[name, f"{period} from rows"], large[name, period]
        print(f"  {name}, {period}, from the rows: {rows:.0f} ms, 1/{rows / cells_:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=200_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args()
    for kind in [chosen.database] if chosen.database else ["sqlite", "postgresql"]:
        print(kind)
        with _database(kind) as (url, place):
            small = measure(url, place, chosen.ratings // 100, rows_too=False)
        with _database(kind) as (url, place):
            large = measure(url, place, chosen.ratings, rows_too=True)
        show(large, small)


if __name__ == "__main__":
    main()
