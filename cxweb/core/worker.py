"""A worker on one RQ queue. It outlives Redis, jobs that cannot be read, and jobs that kill their process."""

import importlib
import logging
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any, NoReturn

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from cxweb.core.batch import stop
from cxweb.core.db import db
from cxweb.core.logs import masked

# What a stopping process may still take for the message it is at; the lease covers what is cut off.
GRACE_S = 1.5
RETRY_S = 1.0
JOB_NAME = re.compile(r"(cxweb\.jobs\.[a-z_]+)\.([a-z][a-z_]*)")

log = logging.getLogger(__name__)


class ForeignJob(Exception):
    """The queue names a function that is not one of the product's jobs."""


class ProductJob(Job):
    """A job that can only be a function of cxweb.jobs, so that writing to Redis does not mean running code here."""

    @property
    def func(self) -> Callable[..., Any]:
        name = JOB_NAME.fullmatch(self.func_name or "")
        module = importlib.import_module(name.group(1)) if name and not self.instance else None
        function = getattr(module, name.group(2), None) if name and module else None
        if function is None or getattr(function, "__module__", "") != getattr(module, "__name__", None):
            raise ForeignJob("not a job of cxweb")
        return function  # type: ignore[no-any-return]

    # A job from elsewhere could name any function or address in these.
    success_callback = failure_callback = stopped_callback = property(lambda self: None)

    def send_webhooks(self, *args: Any, **kwargs: Any) -> None:
        """None are ours."""


class ProductWorker(Worker):
    """RQ's forking worker with the application around each job, and a stop that waits at most GRACE_S."""

    job_class = ProductJob
    max_connection_wait_time = 2.0
    log_result_lifespan = False
    app: Flask
    stopped = False

    def subscribe(self) -> None:
        """No thread listens for remote commands: there are none, and a fork beside a thread is not safe."""

    def run_maintenance_tasks(self) -> None:
        """Clean up behind dead workers; what cannot be read there stops no work."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # rq types it not
        except RedisError:
            raise
        except Exception:
            log.exception("redis holds what rq cannot clean up")
            self.last_cleaned_at = datetime.now(UTC)  # type: ignore[assignment]  # rq infers None

    def dequeue_job_and_maintain_ttl(self, *args: Any, **kwargs: Any) -> tuple[Job, Queue] | None:
        """The next job; one that cannot be read is thrown away, its rows are in the database."""
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(*args, **kwargs)
            except Exception as error:
                job_id, queue = getattr(error, "job_id", None), getattr(error, "queue", None)
                if job_id is None or queue is None:
                    raise
                log.warning("a job that cannot be read was thrown away (%s)", type(error).__name__)
                self.connection.delete(Job.key_for(job_id))
                queue.intermediate_queue.remove(job_id)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with self.app.app_context():
            for engine in db.engines.values():
                # The connections belong to the process this one was forked from.
                engine.dispose(close=False)
            return super().perform_job(job, queue, execution)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Execution | None = None,
    ) -> None:
        """Keep of a failed job what a log may hold, and no more."""
        super().handle_job_failure(job, queue, started_job_registry, masked(exc_string), execution)

    def setup_work_horse_signals(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: stop())

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopped = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # rq types it not

    def handle_warm_shutdown_request(self) -> None:
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)
            timer = threading.Timer(GRACE_S, self._end_horse)
            timer.daemon = True
            timer.start()

    def _end_horse(self) -> None:
        if self.horse_pid:
            self.kill_horse()


def run(app: Flask, queue: str, redis_url: str) -> int:
    """Work on the queue until SIGTERM or SIGINT; then 0."""
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    while True:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        worker = None
        try:
            worker = _worker(app, queue, redis_url)
            log.info("listening on %s", queue)
            worker.work(logging_level=None)
        except RedisError as error:
            log.warning("redis is away (%s); trying again, the sweeper sends meanwhile", type(error).__name__)
        if worker is not None and worker.stopped:
            return 0
        time.sleep(RETRY_S)


def _worker(app: Flask, queue: str, redis_url: str) -> ProductWorker:
    connection = Redis.from_url(redis_url, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))
    worker = ProductWorker(
        [queue], connection=connection, serializer=JSONSerializer, worker_ttl=30, maintenance_interval=60
    )
    worker.app = app
    return worker


def _leave(*_: object) -> NoReturn:
    sys.exit(0)
