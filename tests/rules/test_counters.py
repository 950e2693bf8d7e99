"""The counts that processes share: right across processes and threads, bounded, and no obstacle without a file."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cxweb.core.counters import SETS, SIZE, WAYS, WINDOW_S, Counters

COUNTING = """
import sys
from pathlib import Path
from cxweb.core.counters import Counters
counters = Counters(Path(sys.argv[1]), "key")
for _ in range(500):
    last = counters.count("shared", 1000.0)
"""


def test_processes_and_threads_count_into_the_same_number(tmp_path: Path) -> None:
    file = tmp_path / "counters"
    others = [subprocess.Popen([sys.executable, "-c", COUNTING, str(file)]) for _ in range(3)]
    mine = Counters(file, "key")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: mine.count("shared", 1000.0), range(500)))
    assert [process.wait() for process in others] == [0, 0, 0]
    assert mine.count("shared", 1000.0) == 4 * 500 + 1


def test_a_minute_after_the_first_the_count_begins_anew(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters", "key")
    assert [counters.count("a", 1000.0), counters.count("a", 1059.9), counters.count("b", 1059.9)] == [1, 2, 1]
    assert counters.count("a", 1000.0 + WINDOW_S) == 1


def test_a_clock_that_is_set_back_blocks_nobody(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters", "key")
    assert [counters.count("a", 9000.0), counters.count("a", 1000.0)] == [1, 1]


def test_the_file_never_grows_and_the_largest_counts_stay(tmp_path: Path) -> None:
    file = tmp_path / "counters"
    counters = Counters(file, "key")
    for _ in range(60):
        counters.count("who guesses", 1000.0)
    for number in range(3 * SETS * WAYS):
        counters.count(f"address {number}", 1000.0)
    assert counters.count("who guesses", 1000.0) == 61
    assert file.stat().st_size == SIZE


def test_what_is_counted_cannot_be_read_from_the_file(tmp_path: Path) -> None:
    Counters(tmp_path / "counters", "key").count("203.0.113.9", 1000.0)
    assert b"203.0.113.9" not in (tmp_path / "counters").read_bytes()


def test_where_no_file_can_be_kept_the_process_counts_alone(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "missing" / "counters", "key")
    assert [counters.count("a", 1000.0), counters.count("a", 1000.0)] == [1, 2]


def test_a_file_cut_short_is_filled_up(tmp_path: Path) -> None:
    file = tmp_path / "counters"
    file.write_bytes(b"\x01\x02\x03")
    assert Counters(file, "key").count("a", 1000.0) == 1
    assert file.stat().st_size == SIZE
