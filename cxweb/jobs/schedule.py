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
    Recurring("old changes of the boards", 3_600.0, None, "cxweb.jobs.boards.prune"),
    # In the sweeper, which lives as long as the connection it holds, and where RQ's jobs keep nothing waiting.
    Recurring("receipts over SMPP", 1.0, None, "cxweb.jobs.receipts.take"),
    Recurring("the demo", 60.0, None, "cxweb.jobs.demo.advance"),
)
