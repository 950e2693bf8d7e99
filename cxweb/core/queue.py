"""The RQ queues. The database is the truth: a job asked for here only hurries what a row already says."""

import logging
import time
from typing import Any

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from cxweb.core.db import after_commit

QUEUES = ("messages", "work")
PATIENCE_S = 0.25
# A job nobody took in this time is dropped: the row it hurries is still due, and the sweeper finds it.
JOB_LIFE_S = 3_600
# After a failed call the next ones are not even tried for this long, so that a frozen Redis costs one request, not all.
PAUSE_S = 2.0

log = logging.getLogger(__name__)


class _Hurry:
    """One process's impatient connection to Redis."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = Redis.from_url(
            url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0)
        )
        self.silent_until = 0.0

    def ask(self, queue: str, job: str, args: tuple[Any, ...]) -> bool:
        if time.monotonic() < self.silent_until:
            return False
        try:
            Queue(queue, connection=self.redis, serializer=JSONSerializer).enqueue_call(
                job, args, result_ttl=0, failure_ttl=86_400, ttl=JOB_LIFE_S, timeout=600
            )
        except (RedisError, OSError) as error:
            self.silent_until = time.monotonic() + PAUSE_S
            log.warning("redis did not take %s: %s", job, type(error).__name__)
            return False
        return True


def init_app(app: Flask, redis_url: str) -> None:
    app.extensions["cxweb.queue"] = _Hurry(redis_url)


def enqueue(queue: str, job: str, *args: int | str | list[int]) -> None:
    """Ask RQ for a job after the open transaction's commit.

    `job` is the dotted name of a function in cxweb.jobs; `args` are ids only. Never raises when Redis is away,
    and never waits longer than PATIENCE_S: the sweeper finds the due rows anyway.
    """
    hurry: _Hurry = current_app.extensions["cxweb.queue"]

    def ask() -> None:
        hurry.ask(queue, job, args)

    after_commit(ask)


def enqueue_now(queue: str, job: str, *args: int | str | list[int]) -> bool:
    """Ask RQ for a job at once; False where Redis did not take it."""
    hurry: _Hurry = current_app.extensions["cxweb.queue"]
    return hurry.ask(queue, job, args)


def answers() -> bool:
    """Whether Redis answers a ping in time."""
    hurry: _Hurry = current_app.extensions["cxweb.queue"]
    try:
        return bool(hurry.redis.ping())
    except (RedisError, OSError):
        return False
