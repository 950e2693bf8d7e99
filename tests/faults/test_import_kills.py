"""`python -m bench.import_kills` in short: an import goes on after its worker's death, and no row comes in twice."""

import sys

import pytest

from bench.import_kills import run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")


def test_an_import_whose_worker_is_killed_leaves_the_same_rows() -> None:
    verdict = run(3_000, 2, seed=7, variant="bench.small_batches")
    assert (verdict.orders, verdict.differing, verdict.doubled, verdict.counted) == (3_000, 0, 0, 3_000)
    assert verdict.kills == 2
    assert verdict.runs >= 2
