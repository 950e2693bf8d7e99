"""One RQ worker (`python worker.py messages|work`), or the sweeper (`python worker.py sweep`)."""

import logging
import os
import signal
import sys
import time
from importlib import import_module
from pkgutil import iter_modules
from threading import Event, Timer

from flask import Flask
from sqlalchemy.exc import DBAPIError

from cxweb import create_app, jobs
from cxweb.core import batch, logs
from cxweb.core.queue import QUEUES, enqueue_now
from cxweb.core.worker import GRACE_S, run
from cxweb.jobs.schedule import SCHEDULE, Recurring
from cxweb.settings import InvalidSetting, Settings

log = logging.getLogger("cxweb.sweeper")


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT. Exits 0 stopped, 1 failed with a sentence, 2 wrong usage."""
    if len(arguments) != 1 or arguments[0] not in (*QUEUES, "sweep"):
        sys.stderr.write(f"usage: python worker.py {'|'.join(QUEUES)}|sweep\n")
        return 2
    try:
        settings = Settings.from_env()
        logs.configure(settings.log)
        app = create_app(settings)
    except InvalidSetting as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # Once here rather than once in the process of every job.
    for module in iter_modules(jobs.__path__):
        import_module(f"{jobs.__name__}.{module.name}")
    return sweep(app) if arguments[0] == "sweep" else run(app, arguments[0], settings.redis_url)


def sweep(app: Flask) -> int:
    """Run the schedule until SIGTERM or SIGINT; then 0."""
    stopped = Event()

    def leave(*_: object) -> None:
        stopped.set()
        batch.stop()
        # A gateway that does not answer may not hold the process; the lease covers what is cut off.
        timer = Timer(GRACE_S, os._exit, (0,))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    log.info("sweeping")
    next_at = {recurring.name: time.monotonic() for recurring in SCHEDULE}
    while not stopped.wait(max(0.0, min(next_at.values()) - time.monotonic())):
        for recurring in SCHEDULE:
            if time.monotonic() >= next_at[recurring.name]:
                next_at[recurring.name] = time.monotonic() + recurring.every_s
                with app.app_context():
                    _run(recurring)
    return 0


def _run(recurring: Recurring) -> None:
    module, _, function = recurring.job.rpartition(".")
    try:
        if recurring.queue is None:
            getattr(import_module(module), function)()
        else:
            enqueue_now(recurring.queue, recurring.job)
    except DBAPIError as error:
        # Its own text would hold the statement's values.
        log.error("%s: the database refused (%s)", recurring.name, error.orig)
    except Exception:
        log.exception("%s failed", recurring.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
