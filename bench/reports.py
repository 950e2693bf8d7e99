"""The report's figures over eight years: each panel of its first screen against the same from the rows.

`.venv/bin/python -m bench.reports --ratings 10000000` makes the ratings up on SQLite and on PostgreSQL, builds the
rollups, and measures each panel for a day, a month, a year and all time, in milliseconds: median of five,
and right after it the same in a database of a hundredth of the ratings (S9); and counted from the rows (S8); then the
lists of answers, a driver's own page and the whole report page, from request to last byte.

Ten million take a while to make up: with `--keep FOLDER` both databases stay there, and another run finds them.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import text

from bench._product import close_database, folder, postgresql, product, settings_in
from bench.report.page import pages
from bench.report.panels import FIGURES, LISTS, PERIODS, driver_panels
from bench.report.years import END, tidy, write
from cxweb.actions.rebuild_rollups import rebuild_rollups
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import db, session, transaction
from cxweb.rollups.queries import fits, state

ROUNDS = 5
# Counted from the rows too, once each: the rest would only take longer.
FROM_ROWS = (("figures", "day"), ("figures", "all time"), ("by date", "year"), ("by driver", "year"))
Of = tuple[str, str]
Panel = Callable[[], object]


@dataclass
class Found:
    """Milliseconds of each panel and period, what they gave, and how many lines that was."""

    times: dict[Of, float] = field(default_factory=dict)
    answers: dict[Of, object] = field(default_factory=dict)
    rows: dict[Of, float] = field(default_factory=dict)


def timed(panel: Panel, rounds: int = ROUNDS) -> tuple[float, object]:
    """Milliseconds, the median of the rounds after one that does not count, and what the panel gave.

    What takes longer than a second is timed once.
    """
    times: list[float] = []
    begun, found = time.perf_counter(), panel() if rounds > 1 else None
    for _ in range(rounds if time.perf_counter() - begun < 1 else 1):
        begun = time.perf_counter()
        found = panel()
        times.append(1000 * (time.perf_counter() - begun))
    return median(times), found


def prepare(place: Path, ratings: int, rebuild: bool) -> None:
    """Make the ratings up and build the rollups, as far as a run before has not."""
    begun = time.monotonic()
    if session().scalar(text("SELECT min(id) FROM rating")) is None:
        write(ratings)
        print(f"  {ratings} ratings made in {time.monotonic() - begun:.0f} s, {_size(place):.0f} MB", flush=True)
    known = state()
    if rebuild or not fits(known, settings_now()) or known is None or known.built_through is not None:
        begun = time.monotonic()
        rebuild_rollups()
        print(f"  rollups built in {time.monotonic() - begun:.0f} s", flush=True)
        tidy()
        print(f"  with them {_size(place):.0f} MB", flush=True)
        for table in ("order_cell", "driver_cell", "reason_cell"):
            print(f"  {table}: {session().scalar(text(f'SELECT count(*) FROM {table}'))} cells")


def _size(place: Path) -> float:
    """Megabytes of the database."""
    if db.engine.dialect.name == "sqlite":
        return sum(file.stat().st_size for file in place.glob("cxweb.sqlite3*")) / 1e6
    return float(session().scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6


def within(app: Flask, panel: Panel) -> Panel:
    """The panel inside the application's context, as each request has its own."""

    def run() -> object:
        with app.app_context():
            return panel()

    return run


def panels_of(app: Flask) -> dict[Of, Panel]:
    """Every panel, list and page."""
    with app.app_context():
        found: dict[Of, Panel] = {
            (name, period): partial(panel, chosen)
            for name, panel in (FIGURES | LISTS).items()
            for period, chosen in PERIODS.items()
        }
        found |= {(f"a driver: {name}", "all time"): get for name, get in driver_panels().items()}
        return {of: within(app, panel) for of, panel in found.items()} | pages(app, PERIODS)


def measure(large: Flask, small: Flask) -> tuple[Found, Found]:
    """What both take, panel by panel; the rows of the large one last: nothing is read from its cells any more then."""
    found, beside, others = Found(), Found(), panels_of(small)
    for of, panel in panels_of(large).items():
        found.times[of], found.answers[of] = timed(panel)
        beside.times[of], _ = timed(others[of])
    with large.app_context(), _without_cells():
        for name, period in FROM_ROWS:
            found.rows[name, period], answer = timed(partial(FIGURES[name], PERIODS[period]), 1)
            assert answer == found.answers[name, period], f"{name} of {period} differ from the rows"
    return found, beside


@contextmanager
def _without_cells() -> Iterator[None]:
    turned = text("UPDATE rollup_state SET formula = -formula")
    with transaction() as opened:
        opened.execute(turned)
    try:
        yield
    finally:
        with transaction() as opened:
            opened.execute(turned)


@contextmanager
def company(kind: str, ratings: int, options: argparse.Namespace) -> Iterator[Flask]:
    """The product on the database of so many ratings, which is made or found."""
    with _database(kind, options.keep / f"{kind}-{ratings}" if options.keep else None) as (url, place):
        app = product(settings_in(place, url))
        with app.app_context():
            prepare(place, ratings, options.rebuild)
        yield app
        with app.app_context():
            close_database()


@contextmanager
def _database(kind: str, kept: Path | None) -> Iterator[tuple[str, Path]]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    with folder() as made:
        place = kept or made
        if kind == "sqlite":
            yield "", place
        else:
            with postgresql(place) as url:
                yield url, place


def show(large: Found, small: Found) -> None:
    """A line for each panel: the large database, the small one, and their ratio; then against the rows."""
    print(f"  {'panel':<18}" + "".join(f"{period:>27}" for period in PERIODS))
    for name in dict.fromkeys(name for name, _ in large.times):
        line = f"  {name:<18}"
        for period in PERIODS:
            if (name, period) in large.times:
                great, little = large.times[name, period], small.times[name, period]
                line += f"{great:10.1f} ms{little:7.1f} x{great / little:5.2f}"
        print(line)
    for of, took in large.rows.items():
        print(f"  {', '.join(of)}, from the rows: {took:.0f} ms, 1/{took / large.times[of]:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=200_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path, help="where the databases stay for another run")
    parser.add_argument("--rebuild", action="store_true", help="build the rollups anew")
    parser.add_argument("--only-make", action="store_true", help="measure nothing")
    options = parser.parse_args()
    for kind in [options.database] if options.database else ["sqlite", "postgresql"]:
        print(kind)
        with (
            clock.showing(END),
            company(kind, options.ratings // 100, options) as small,
            company(kind, options.ratings, options) as large,
        ):
            if not options.only_make:
                show(*measure(large, small))


if __name__ == "__main__":
    main()
