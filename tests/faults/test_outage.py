"""`make outage` in short: with Valkey killed or frozen under load, pages, ratings and messages go on."""

import sys

import pytest

from bench.outage import DELAY_S, WAYS, outage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")


@pytest.mark.parametrize("way", WAYS)
def test_without_valkey_nothing_is_refused_and_messages_leave(way: str) -> None:
    seen = outage(way, "sqlite", up_s=2.0, down_s=7.0)
    down = seen.phases[1]
    assert (down.name, seen.refused, seen.missing) == ("down", 0, 0)
    assert len(down.delays) >= 10
    # Ten seconds on an idle machine; beside other tests on the same cores, more.
    assert max(down.delays) < 2 * DELAY_S
    assert len([each for each in down.answered if each.what == "page"]) >= 50
