"""The worker and the sweeper as processes of their own, with a real Valkey and a real SMTP server."""

import re
import signal
import subprocess
import time

import pytest
from flask import Flask

from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback
from cxweb.company.queries import settings_now
from cxweb.core.queue import enqueue_now
from cxweb.notifications.queries import for_order, opted_out
from cxweb.orders.models import Order
from cxweb.rollups.queries import changes, fits
from cxweb.rollups.queries import state as rollups
from tests.factories import WHOLE, Factory
from tests.servers import MailServer, Processes, Valkey, wait_for
from tests.smpp_server import SmppGateway

SEND = "cxweb.jobs.notifications.send"
# Two seconds on an idle machine; beside other tests on the same cores, more. A call that is waited for lasts eight.
SOON_S = 5


def completed(make: Factory, ref: str = "R-1", language: str = "fr") -> Order:
    customer = {"name": "Ann", "email": "ann@example.com", "language": language}
    return make.completed(ref, notify="email", customer=customer)


def state(order: Order) -> str:
    return for_order(order.id)[0].state


def stop(process: subprocess.Popen[str], with_signal: signal.Signals = signal.SIGTERM) -> float:
    """Ask the process to stop; how many seconds it took. It must end with 0."""
    start = time.monotonic()
    process.send_signal(with_signal)
    assert process.wait(timeout=10) == 0
    return time.monotonic() - start


def at_work(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The process, once it has said that it is at work."""
    assert process.stderr is not None
    line = process.stderr.readline()
    assert any(words in line for words in ("listening", "sweeping", "redis is away")), line
    return process


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_completed_order_is_mailed_once_by_the_worker(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer, language: str
) -> None:
    started = [processes.start("messages"), processes.start("sweep")]
    order = completed(make, language=language)
    wait_for(lambda: mailing.mails)
    wait_for(lambda: state(order) == "sent")
    for status in ("completed", "arrived", "completed"):
        make.order("R-1", status=status)
    completed(make, "R-2")
    wait_for(lambda: len(mailing.mails) == 2)
    time.sleep(1.5)
    assert [mail["To"] for mail in mailing.mails] == ["ann@example.com"] * 2
    text = mailing.mails[0].get_body(("plain",))
    assert text is not None
    assert f"http://localhost/t/{order.token}" in text.get_content()
    assert mailing.mails[0]["Content-Language"] == language
    for process in started:
        stop(process)
        said = process.communicate()[1]
        assert not re.search(f"ann@|{order.token}", said), said


def test_with_valkey_killed_the_mail_leaves_within_ten_seconds(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer, valkey: Valkey
) -> None:
    worker, sweeper = (at_work(each) for each in (processes.start("messages"), processes.start("sweep")))
    first = completed(make)
    wait_for(lambda: state(first) == "sent")
    valkey.kill()
    order = completed(make, "R-2")
    assert wait_for(lambda: state(order) == "sent") < 10
    assert len(mailing.mails) == 2
    assert worker.poll() is None
    valkey.start()
    third = completed(make, "R-3")
    wait_for(lambda: state(third) == "sent")
    assert stop(sweeper) < SOON_S
    assert stop(worker) < SOON_S
    assert len(mailing.mails) == 3


def test_without_a_worker_the_sweeper_sends_within_ten_seconds(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer
) -> None:
    at_work(processes.start("sweep"))
    order = completed(make)
    assert wait_for(lambda: state(order) == "sent") < 10
    assert len(mailing.mails) == 1


def test_two_sweepers_and_a_worker_send_a_backlog_once(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer
) -> None:
    orders = [completed(make, f"R-{number}") for number in range(30)]
    for program in ("messages", "sweep", "sweep"):
        processes.start(program)
    wait_for(lambda: all(state(order) == "sent" for order in orders), 30)
    assert len(mailing.mails) == 30
    assert len({mail["Message-ID"] for mail in mailing.mails}) == 30


def test_a_worker_waits_for_a_redis_that_is_not_there_yet(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer, valkey: Valkey
) -> None:
    valkey.kill()
    worker = processes.start("messages")
    time.sleep(2)
    assert worker.poll() is None
    valkey.start()
    order = completed(make)
    wait_for(lambda: enqueue_now("messages", SEND, [for_order(order.id)[0].id]))
    wait_for(lambda: state(order) == "sent")


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
    process = at_work(processes.start(program))
    time.sleep(0.3)
    assert stop(process, with_signal) < SOON_S


def test_a_worker_that_is_in_a_call_does_not_wait_for_it(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer
) -> None:
    mailing.slow_s = 8
    worker = processes.start("messages")
    order = completed(make)
    wait_for(lambda: state(order) == "sending")
    assert stop(worker) < SOON_S
    assert state(order) == "sending"


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


def test_the_sweeper_takes_receipts_over_smpp_and_stops_at_once(
    app: Flask, make: Factory, processes: Processes, smpp_gateway: SmppGateway
) -> None:
    make.setting("notifications.quiet_hours.sms", "off")
    processes.environment["CXWEB_SMS_URL"] = smpp_gateway.url()
    started = [processes.start("messages"), processes.start("sweep")]
    order = make.completed("R-1", notify="sms", customer={"name": "Ann", "phone": "0612345678"})
    wait_for(lambda: state(order) == "sent" and smpp_gateway.bound("receiver"))
    smpp_gateway.receipt("m1", "DELIVRD")
    smpp_gateway.deliver(b"STOP", number=2)
    wait_for(lambda: state(order) == "delivered" and opted_out("sms", "+33612345678"))
    assert len(smpp_gateway.submitted) == 1
    for process in started:
        assert stop(process) < SOON_S
        said = process.communicate()[1]
        assert not re.search("33612345678|s3cret|was not closed", said), said


def test_what_changes_figures_is_counted_anew_by_the_sweeper_within_seconds(
    app: Flask, make: Factory, processes: Processes
) -> None:
    order = make.completed("R-1")
    processes.start("sweep")
    wait_for(lambda: fits(rollups(), settings_now()) and not changes())
    make.rating(order, 4)
    assert changes()
    assert wait_for(lambda: not changes()) < SOON_S
    assert feedback(ReportFilter(), WHOLE).stars.counts == (0, 0, 0, 1, 0)
