"""The table of what recurs. Every sweeper runs it, so each job must bear being run twice at once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recurring:
    """A job, how often it runs, and on which queue; None: in the sweeper itself, whether Redis is there or not."""

    name: str
    every_s: float
    queue: str | None
    job: str


SCHEDULE = (
    Recurring("messages that are due", 1.0, None, "cxweb.jobs.notifications.sweep"),
    Recurring("alerts of low ratings", 5.0, None, "cxweb.jobs.boards.send_alerts"),
    Recurring("mails with the way to an account", 3.0, None, "cxweb.jobs.accounts.mail"),
    Recurring("old answers of the API", 900.0, None, "cxweb.jobs.api.prune"),
    Recurring("events for other systems", 1.0, None, "cxweb.jobs.webhooks.sweep"),
    Recurring("webhooks that were given up", 60.0, None, "cxweb.jobs.webhooks.tell"),
    Recurring("old events for other systems", 3_600.0, None, "cxweb.jobs.webhooks.prune"),
    Recurring("connectors that ask", 10.0, None, "cxweb.jobs.connectors.sweep"),
    Recurring("old changes of the boards", 3_600.0, None, "cxweb.jobs.boards.prune"),
    # In the sweeper, which lives as long as the connection it holds, and where RQ's jobs keep nothing waiting.
    Recurring("receipts over SMPP", 1.0, None, "cxweb.jobs.receipts.take"),
    Recurring("exports that nobody is at", 10.0, None, "cxweb.jobs.exports.resume"),
    Recurring("files that are no longer kept", 3_600.0, None, "cxweb.jobs.exports.prune"),
    Recurring("reports that are due", 60.0, None, "cxweb.jobs.reports.queue"),
    Recurring("e-mails with reports", 5.0, None, "cxweb.jobs.reports.send"),
    Recurring("uploads that nobody is at", 2.0, None, "cxweb.jobs.uploads.sweep"),
    Recurring("files of old uploads", 3_600.0, None, "cxweb.jobs.uploads.prune"),
    # In the sweeper: it is done in no time where little has changed, and is never behind because Redis is away.
    Recurring("figures that changed", 1.0, None, "cxweb.jobs.rollups.refresh"),
    Recurring("rollups against their rows", 60.0, None, "cxweb.jobs.rollups.ask_for_check"),
    # It looks whether the night has come; on a queue, since a large company's may last minutes.
    Recurring("what is over its term", 900.0, "work", "cxweb.jobs.privacy.retain"),
    Recurring("the demo", 60.0, None, "cxweb.jobs.demo.advance"),
)
