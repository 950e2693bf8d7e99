"""What goes in and out between this product and other systems, as whoever watches over it must know it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cxweb.integrations.queries import last_heard, silent
from cxweb.uploads.queries import stuck
from cxweb.webhooks.queries import health
from cxweb.webhooks.rules import WebhookHealth


@dataclass(frozen=True)
class Exchange:
    """The whole company's at an instant. `heard` is how long ago each connector that is on last heard of its system;
    None: never yet."""

    webhooks: WebhookHealth
    stuck_imports: int
    silent: list[str]
    heard: dict[str, timedelta | None]

    @property
    def warnings(self) -> list[str]:
        """What is wrong, the gravest first; without a name, an address or anything another system said."""
        webhooks = self.webhooks
        oldest = int(webhooks.oldest_due.total_seconds()) if webhooks.oldest_due is not None else 0
        told = {
            f"webhooks switched off because their server kept failing: {webhooks.given_up}": webhooks.given_up,
            f"webhooks whose server fails: {webhooks.failing}": webhooks.failing,
            f"the oldest due event of a webhook has waited {oldest} s": webhooks.overdue,
            f"events of webhooks given up within a day: {webhooks.failed_lately}": webhooks.failed_lately,
            f"imports that have stood still for over 5 minutes: {self.stuck_imports}": self.stuck_imports,
            f"systems that should bring orders and do not answer: {', '.join(self.silent)}": self.silent,
        }
        return [sentence for sentence, holds in told.items() if holds]


def exchange(now: datetime) -> Exchange:
    return Exchange(health(now), len(stuck(now)), silent(now), last_heard(now))
