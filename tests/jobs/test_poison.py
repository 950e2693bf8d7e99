"""Poison in the queue and in the outbox: the worker lives, the others' messages leave, and the fault is on the page."""

from flask import Flask
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from cxweb.core.db import transaction
from cxweb.core.queue import enqueue_now
from cxweb.notifications.models import Notification
from cxweb.orders.models import Order
from tests.factories import Factory
from tests.page import Client
from tests.sending import completed, row
from tests.servers import MailServer, Processes, Valkey, wait_for

SEND = "cxweb.jobs.notifications.send"


def poison(valkey: Valkey) -> None:
    """Jobs that RQ cannot read, may not run, or that fail."""
    redis = Redis.from_url(valkey.url)
    queue = Queue("messages", connection=redis, serializer=JSONSerializer)
    for name in ("os.abort", "cxweb.jobs.notifications.each", "cxweb.jobs.nothing.here", "no", SEND):
        queue.enqueue_call(name, ("not ids",), result_ttl=0)
    for number, (field, value) in enumerate((("created_at", "never"), ("timeout", "soon"), ("x", "y"))):
        redis.hset(Job.key_for(f"bad-{number}"), field, value)
        redis.hset(Job.key_for(f"bad-{number}"), "data", "garbage")
        redis.rpush(queue.key, f"bad-{number}")
    redis.rpush(queue.key, "no-such-job")
    redis.close()


def test_poison_jobs_stop_neither_the_worker_nor_the_others(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer, valkey: Valkey
) -> None:
    poison(valkey)
    worker = processes.start("messages")
    order = completed(make)
    wait_for(lambda: row(order).state == "sent", 20)
    assert worker.poll() is None
    worker.terminate()
    said = worker.communicate()[1]
    assert said.count("ForeignJob: not a job of cxweb") == 3, said
    assert said.count("a job that cannot be read was thrown away") == 2, said


def test_a_missing_text_and_a_deleted_order_hold_up_no_other_and_the_page_says_what_is_wrong(
    app: Flask, make: Factory, processes: Processes, mailing: MailServer, valkey: Valkey, client: Client
) -> None:
    orders = [completed(make, ref=f"R-{number}", customer={"email": f"c{number}@example.com"}) for number in range(5)]
    broken, gone, *others = orders
    ids = [row(order).id for order in orders]
    with transaction() as opened:
        # There is no text of such a message.
        opened.get_one(Notification, ids[0]).kind = "unheard-of"
        opened.delete(opened.get_one(Order, gone.id))
    # What the completions asked for is forgotten: all of them stand in one job.
    Redis.from_url(valkey.url).flushall()
    worker = processes.start("messages")
    assert enqueue_now("messages", SEND, ids)
    wait_for(lambda: all(row(order).state == "sent" for order in others), 20)
    assert sorted(mail["To"] for mail in mailing.mails) == ["c2@example.com", "c3@example.com", "c4@example.com"]
    assert worker.poll() is None
    client.sign_in(make.user("admin", language="en").email)
    for page in ("/admin/messages?state=pending", f"/admin/orders/{broken.id}"):
        assert "TemplateNotFound" in client.get(page).text, page
    assert "R-0" in client.get("/admin/messages?state=pending").text
    assert "messages refused for now, to be tried again: 1" in client.get("/readyz").get_json()["warnings"]
