"""What waits for a person on the first screen: one sentence each, and where to act on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cxweb.accounts.rules import Staff
from cxweb.analytics.filters import ReportFilter, day_start
from cxweb.analytics.queries import feedback
from cxweb.company.queries import settings
from cxweb.core.i18n import gettext, ngettext
from cxweb.integrations.queries import silent
from cxweb.notifications.queries import failed_since, health, resting
from cxweb.notifications.rules import Rest
from cxweb.orders.queries import late_count
from cxweb.uploads.queries import stuck
from cxweb.web.words import MESSAGE_CHANNELS, SYSTEMS, brief, duration
from cxweb.webhooks.queries import failing, given_up

PANEL = "/admin/messages#reconciliation"


@dataclass(frozen=True)
class Task:
    """Something that waits for a person: one sentence, and where to act on it."""

    look: str
    text: str
    href: str
    link: str


def tasks_of(person: Staff, today: date, now: datetime, messages: dict[str, int]) -> list[Task]:
    """Everything that waits within the person's perimeter; `messages` are counted by state."""
    yesterday = today - timedelta(days=1)
    low = feedback(ReportFilter(start=yesterday, axis="answered", stars=(1, 2)), person.perimeter).stars.n
    late = late_count(person.perimeter, now) if person.may("orders") else 0
    low_text = ngettext(
        "%(n)s rating of 1 or 2 stars has come in since yesterday.",
        "%(n)s ratings of 1 or 2 stars have come in since yesterday.",
        low,
    )
    late_text = ngettext("%(n)s order is past its window.", "%(n)s orders are past their window.", late)
    ratings = f"/admin/ratings?stars=1&stars=2&from={yesterday.isoformat()}"
    found = [
        *(_of_the_outbox(now) if person.may("contacts") and person.perimeter.whole else ()),
        *(_of_gateways(now) if person.may("contacts") else ()),
        *(_of_webhooks(person) if person.may("settings") else ()),
        *(_of_imports(now) if person.may("settings") and person.perimeter.whole else ()),
        *(_of_connectors(now) if person.may("settings") and person.perimeter.whole else ()),
        (low, Task("fail", low_text, ratings, gettext("Read them"))),
        (late, Task("late", late_text, "/admin/orders?status=late", gettext("See them"))),
        *(_of_messages(person, yesterday, messages) if person.may("contacts") else ()),
    ]
    return [Task(task.look, task.text % {"n": n}, task.href, task.link) for n, task in found if n]


def _of_messages(person: Staff, yesterday: date, messages: dict[str, int]) -> list[tuple[int, Task]]:
    """The messages within the perimeter of which a person has to decide, or of which the customer never heard."""
    doubt, failed = messages["uncertain"], failed_since(person.perimeter, day_start(yesterday, settings().zone))
    failed_text = ngettext(
        "%(n)s message could not be sent since yesterday.", "%(n)s messages could not be sent since yesterday.", failed
    )
    doubt_text = ngettext(
        "%(n)s message has perhaps been sent: the gateway gave no answer.",
        "%(n)s messages have perhaps been sent: the gateway gave no answer.",
        doubt,
    )
    failed_list = f"/admin/messages?state=failed&from={yesterday.isoformat()}"
    return [
        (doubt, Task("late", doubt_text, "/admin/messages?state=uncertain", gettext("See them"))),
        (failed, Task("fail", failed_text, failed_list, gettext("See them"))),
    ]


def _of_webhooks(person: Staff) -> list[tuple[int, Task]]:
    """The webhooks that were switched off because their server kept failing, and those that fail now."""
    off = gettext("The webhook %(name)s is switched off: its server takes no events.")
    fails = gettext("The server of the webhook %(name)s keeps failing. Its events are kept and tried again.")
    found = [("fail", off, endpoint) for endpoint in given_up(person.perimeter)]
    found += [("late", fails, endpoint) for endpoint in failing(person.perimeter)]
    see = gettext("See why")
    return [
        (1, Task(look, text % {"name": endpoint.name.replace("%", "%%")}, f"/admin/webhooks/{endpoint.id}", see))
        for look, text, endpoint in found
    ]


def _of_imports(now: datetime) -> list[tuple[int, Task]]:
    """The imports that do not come further."""
    text = gettext("The import of %(name)s has not come further for over five minutes. Are the workers running?")
    see = gettext("See it")
    return [
        (1, Task("fail", text % {"name": upload.file_name.replace("%", "%%")}, f"/admin/imports/{upload.id}", see))
        for upload in stuck(now)
    ]


def _of_connectors(now: datetime) -> list[tuple[int, Task]]:
    """The systems that should bring orders and do not answer."""
    text = gettext("%(system)s does not answer, so no orders come in from there.")
    return [
        (1, Task("fail", text % {"system": SYSTEMS[name]}, f"/admin/settings/connectors#{name}", gettext("See why")))
        for name in silent(now)
    ]


def _of_gateways(now: datetime) -> list[tuple[int, Task]]:
    return [(1, Task("fail", _resting_text(rest, now), PANEL, gettext("See why"))) for rest in resting(now)]


def _resting_text(rest: Rest, now: datetime) -> str:
    text = gettext("The gateway for %(channel)s keeps failing. It is tried again at %(time)s; nothing is lost.")
    channel = gettext(MESSAGE_CHANNELS[rest.channel])
    return text % {"channel": channel, "time": brief(rest.until, settings().zone, now)}


def _of_the_outbox(now: datetime) -> list[tuple[int, Task]]:
    """What is wrong with the sending as a whole; only for who sees the whole company."""
    found = health(now)
    unwritten_text = ngettext(
        "%(n)s completed order has no message though one was due.",
        "%(n)s completed orders have no message though one was due.",
        found.unwritten,
    )
    retrying_text = ngettext(
        "%(n)s message was refused for now and is tried again.",
        "%(n)s messages were refused for now and are tried again.",
        found.retrying,
    )
    overdue = found.oldest_pending if "overdue" in found.alarms else None
    overdue_text = gettext("Messages are held up: the oldest has been due for %(time)s.")
    overdue_text %= {"time": duration(overdue)} if overdue else {"time": ""}
    dead = found.dead_leases if "dead_leases" in found.alarms else 0
    dead_text = ngettext(
        "%(n)s message was left by a process that died, and nothing takes it up.",
        "%(n)s messages were left by a process that died, and nothing takes them up.",
        dead,
    )
    why = gettext("See why")
    return [
        (found.unwritten, Task("fail", unwritten_text, PANEL, why)),
        (int(overdue is not None), Task("fail", overdue_text, PANEL, why)),
        (dead, Task("fail", dead_text, PANEL, why)),
        (found.retrying, Task("late", retrying_text, "/admin/messages?state=pending", gettext("See them"))),
    ]
