"""S14: the comments' sheet of 100,000 rows as XLSX against Python's `csv` of them; a million rows in bounded memory.

The baseline is the least a program can do with the same rows: `csv.writer(file).writerows(rows)`, whose fields are
the very values that the workbook gets. Both are timed in CPU seconds, in processes of their own, in turn, as often as
`--runs` says; the medians are compared. Two more figures are printed for honesty: the product's own CSV, which quotes
every text and makes formulas harmless, and the whole export of 100,000 comments from a SQLite database, queries and
all (bench/_whole_export.py).

The memory is what a process that writes a million rows has at its most, its libraries included.
"""

import argparse
import csv
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cxweb.analytics.rules import FIVE_STARS, mean
from cxweb.core import clock
from cxweb.exports.csv_text import write_csv
from cxweb.exports.feedback_sheets import comments
from cxweb.exports.sheets import Book, Row, Sheet
from cxweb.exports.xlsx import write_xlsx
from cxweb.reports.rules import Comment

GOAL, MEMORY_GOAL = 0.06, 64
ROWS, MILLION, FEW = 100_000, 1_000_000, 10
PARIS = ZoneInfo("Europe/Paris")
TEXT = """Livraison parfaite, merci au chauffeur très aimable. Colis abîmé, en retard, déposé chez un voisin à l’étage.
Attendu toute la matinée sans nouvelles 😀 & <rapide> encore une fois. Bravo ! Carton ouvert, contenu intact."""


def said(count: int) -> Iterator[Comment]:
    """So many made-up comments of some 90 characters; some look like formulas, some have several lines."""
    draw, start = random.Random(14), datetime(2026, 1, 1, 8, tzinfo=UTC)
    words = TEXT.split()
    texts = [" ".join(draw.choices(words, k=draw.randint(4, 26))) for _ in range(997)]
    texts[::50] = [f"=1+1 {text}\n{text[:30]}" for text in texts[::50]]
    for number in range(count):
        at = start + timedelta(minutes=number)
        facts = (f"MC-{number}", "Villefranche", "delivery", number % 5 + 1, texts[number % 997], None)
        reasons = ("Trop tard", "Abîmé") if number % 3 == 0 else ()
        yield Comment(at, at + timedelta(hours=2), *facts, number % 11, None, ("Chloé Prost",), reasons)


def sheet(count: int) -> Sheet:
    return comments(mean([0, 0, 0, 0, count], FIVE_STARS), said(count), PARIS)


def xlsx(rows: Iterator[Row] | list[Row], like: Sheet, path: Path) -> None:
    found = Sheet(like.title, like.columns, like.totals, rows)
    write_xlsx(Book("Customer feedback", "Shop", clock.now(), {"Time zone": "Europe/Paris"}, [found]), path)


def plain(rows: list[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def timed(name: str, count: int, folder: Path) -> dict[str, float]:
    """Run one of them in this process: rows per CPU second, and the memory at its most in MiB."""
    like = sheet(count)
    path = folder / "out"
    if name == "stream":
        began = time.process_time()
        xlsx(iter(like.rows), like, path)
        return {"rows_s": count / (time.process_time() - began), "mib": peak()}
    rows = list(like.rows)
    runs: dict[str, Callable[[], None]] = {
        "csv": lambda: plain(rows, path),
        "xlsx": lambda: xlsx(rows, like, path),
        "own csv": lambda: write_csv(Sheet(like.title, like.columns, like.totals, rows), path),
    }
    began = time.process_time()
    runs[name]()
    return {"rows_s": count / (time.process_time() - began)}


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(name: str, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.exports", "--only", name, "--rows", str(count), "--folder", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=["csv", "xlsx", "own csv", "stream"])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(timed(given.only, given.rows, given.folder)))
        return 0
    found: dict[str, list[float]] = {"csv": [], "xlsx": [], "own csv": []}
    for _ in range(given.runs):
        for name, figures in found.items():
            figures.append(in_a_process(name, given.rows)["rows_s"])
    median = {name: statistics.median(figures) for name, figures in found.items()}
    for name, figure in median.items():
        print(f"{name}: {figure:,.0f} rows per CPU second, {figure / median['csv']:.3f} of csv")
    whole = subprocess.run([sys.executable, "-m", "bench._whole_export"], check=True, capture_output=True, text=True)
    print(whole.stdout.strip())
    most, least = in_a_process("stream", MILLION)["mib"], in_a_process("stream", FEW)["mib"]
    print(f"memory: {most:.1f} MiB with a million rows, {least:.1f} MiB with ten")
    ratio = median["xlsx"] / median["csv"]
    print(f"S14: {ratio:.3f} (goal {GOAL}), {most:.1f} MiB (goal {MEMORY_GOAL})")
    return 0 if ratio >= GOAL and most <= MEMORY_GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
