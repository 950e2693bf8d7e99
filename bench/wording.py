"""CPU of making one message from plain facts, as the outbox does for each of a batch, and of weighing an SMS."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

from cxweb import create_app
from cxweb.company.rules import CompanySettings
from cxweb.core.sms import segments
from cxweb.notifications.messages import MessageFacts, build
from cxweb.settings import Settings
from cxweb.surveys.queries import default
from cxweb.wordings.rules import CHANNELS, COMPLETED, INVITATION, REMINDER

GOALS_US = {"email": 400.0, "sms": 60.0}
ROUNDS, MESSAGES = 9, 2_000
COMPANY = CompanySettings(company_name="Maison Colibri")
BASE_URL = "https://suivi.maison-colibri.example"
ONE = MessageFacts(
    dedupe_key="order-completed:1:email",
    kind=COMPLETED,
    channel="email",
    recipient="nadia@example.com",
    invites=True,
    wording_id=None,
    language="fr",
    order_ref="4821",
    order_channel="delivery",
    token="AbCdEfGhIjKlMnOpQrStUv",  # noqa: S106 - an example's link
    driver_name="Karim Benali",
    completed_at=datetime(2026, 11, 17, 14, 32, tzinfo=UTC),
    timezone=None,
)


def cpu_us(act: Callable[[int], object]) -> float:
    """The median of the rounds, in microseconds a call."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for number in range(MESSAGES):
            act(number)
        spent.append((time.process_time() - start) / MESSAGES * 1e6)
    return median(spent)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), f"sqlite:///{folder}/none", "unix:///nowhere", True, "bench", BASE_URL)
        survey, refs = default(), count(1)
        with create_app(settings).app_context():
            for channel in CHANNELS:
                for kind in (COMPLETED, INVITATION, REMINDER):
                    facts = replace(ONE, kind=kind, channel=channel)
                    one = cpu_us(
                        lambda _, facts=facts: build(  # type: ignore[misc]
                            replace(facts, order_ref=str(next(refs))), COMPANY, survey, BASE_URL
                        )
                    )
                    goal, met = GOALS_US[channel], "met" if one <= GOALS_US[channel] else "MISSED"
                    print(f"{kind:18} {channel:5} {one:7.1f} µs   goal ≤ {goal:.0f} µs   {met}")
            text = build(replace(ONE, channel="sms"), COMPANY, survey, BASE_URL).text
            print(f"segments of its SMS      {cpu_us(lambda _: segments(text)):7.1f} µs")


if __name__ == "__main__":
    main()
