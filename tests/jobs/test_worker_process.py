"""How the worker and the sweeper start and stop, whatever the database: at a signal, and with a sentence instead."""

import signal
import time

import pytest

from tests.jobs.test_processes import SOON_S, stop
from tests.servers import Processes, Valkey


@pytest.mark.parametrize(
    ("program", "with_signal", "redis_there"),
    [
        ("messages", signal.SIGTERM, True),
        ("messages", signal.SIGINT, False),
        ("work", signal.SIGTERM, True),
        ("sweep", signal.SIGINT, True),
        ("sweep", signal.SIGTERM, False),
    ],
)
def test_a_signal_stops_within_two_seconds(
    processes: Processes, valkey: Valkey, program: str, with_signal: signal.Signals, redis_there: bool
) -> None:
    if not redis_there:
        valkey.kill()
    process = processes.start(program)
    assert process.stderr is not None
    line = process.stderr.readline()
    assert any(words in line for words in ("listening", "sweeping", "redis is away")), line
    time.sleep(0.3)
    assert stop(process, with_signal) < SOON_S


@pytest.mark.parametrize("arguments", [(), ("mail",), ("messages", "work")])
def test_wrong_usage_says_how_and_exits_2(processes: Processes, arguments: tuple[str, ...]) -> None:
    process = processes.start(*arguments)
    assert "usage: python worker.py messages|work|sweep" in process.communicate(timeout=20)[1]
    assert process.returncode == 2


@pytest.mark.parametrize(
    ("name", "value"), [("CXWEB_SMS_URL", "http+json://sms.example/send"), ("CXWEB_REDIS_URL", "nonsense")]
)
def test_a_setting_that_cannot_be_used_is_named_and_exits_1(processes: Processes, name: str, value: str) -> None:
    processes.environment[name] = value
    process = processes.start("messages")
    assert name in process.communicate(timeout=20)[1]
    assert process.returncode == 1
