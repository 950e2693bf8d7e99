"""`make chaos` in short: the product holds under kills and freezes, and one that is broken on purpose does not."""

import re
import sys
from pathlib import Path

import pytest

from bench.chaos.__main__ import main
from bench.chaos.run import Plan, run
from bench.chaos.stage import NotLive, Stage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
SHORT = {"database": "sqlite", "kills": 8, "interval_s": 0.4, "lease_s": 3.0}


@pytest.mark.parametrize("gateway", ["json-key", "smtp"])
def test_under_kills_and_freezes_no_message_is_lost_or_doubled(gateway: str) -> None:
    verdict = run(Plan(gateway, seed=7, **SHORT))  # type: ignore[arg-type]  # the values are as the fields are
    assert (verdict.lost, verdict.doubled) == (0, 0), verdict.line()
    assert verdict.completed >= 5, verdict.line()
    assert verdict.delivered >= verdict.completed - verdict.states["failed"] - verdict.states["uncertain"]
    assert gateway == "smtp" or verdict.states["uncertain"] == 0, verdict.line()
    assert (verdict.kills + verdict.freezes, verdict.kills > 0) == (8, True)


def test_an_outbox_that_resends_blindly_messages_customers_twice() -> None:
    plan = Plan("json-neither", seed=7, variant="resend", drops=0.4, **SHORT)  # type: ignore[arg-type]  # as above
    verdict = run(plan)
    assert verdict.doubled > 0, verdict.line()
    assert f"{verdict.doubled} got a message twice" in verdict.faults


def test_a_product_that_does_not_serve_is_no_result(tmp_path: Path) -> None:
    stage = Stage(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}", {}, without=("web", "valkey"))
    with stage, pytest.raises(NotLive, match="/readyz answered 0"):
        stage.require_live(1.0)


def test_without_the_outbox_messages_are_lost_and_the_command_fails(capsys: pytest.CaptureFixture[str]) -> None:
    short = ["--gateway", "json-key", "--database", "sqlite", "--kills", "4", "--interval", "0.3", "--seed", "7"]
    assert main([*short, "--without-outbox", "--drain", "2"]) == 1
    printed = capsys.readouterr().out
    lost = re.search(r"lost (\d+)", printed)
    assert lost is not None, printed
    assert int(lost.group(1)) > 0
    assert "json-key on sqlite: completed" in printed
    assert "| gateway | database | completed | delivered | lost | doubled |" in printed
