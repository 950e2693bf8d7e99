"""Two weeks of routes up to now: what was promised, what happened, and what is on its way at this moment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from cxweb.demo.company import CANCELLATIONS, DEPOTS, FAILURES, TAGS, DemoDepot
from cxweb.demo.facts import DemoDriver, DemoOrder, DemoStep
from cxweb.demo.people import Customers, drivers

DAYS = 14
# On this day, so many days ago, snow held up these depots.
BAD_DAY = 5
BAD_DEPOTS = ("demo-villefranche", "demo-gerland")
# Today these vans did not start in the morning, so that something is late at any hour of the day.
STALLED_TODAY = ("GER-03", "VIE-05")
FIRST_STOP = time(8, 5)
# The share of drivers on the road, Monday to Sunday; today all but one in twenty.
ON_THE_ROAD = (0.92, 0.92, 0.92, 0.92, 0.92, 0.55, 0.2)
ON_THE_ROAD_TODAY = 0.95
FAILED_SHARE, FAILED_SHARE_BAD = 0.035, 0.09
AGAIN_NEXT_DAY = 0.6
TROUBLED_SHARE, TROUBLED_SHARE_TODAY = 0.17, 0.08
CANCELLED_SHARE = 0.012
WINDOW = timedelta(hours=2)
MINUTE = timedelta(minutes=1)


class Routes:
    """The orders of one demo, the same for the same seed and instant."""

    def __init__(self, now: datetime, zone: ZoneInfo, seed: int) -> None:
        self.now, self.zone = now, zone
        self.today = now.astimezone(zone).date()
        self.random = Random(seed)  # noqa: S311 - a demo has to be plausible, not secret
        self.drivers = drivers(self.random)
        self.customers = Customers(self.random)
        self.number = 20_400

    def orders(self) -> Iterator[DemoOrder]:
        """All orders, day by day and route by route."""
        for days_ago in range(DAYS, -1, -1):
            day = self.today - timedelta(days=days_ago)
            share = ON_THE_ROAD[day.weekday()] if days_ago else ON_THE_ROAD_TODAY
            for depot in DEPOTS:
                for driver in (driver for driver in self.drivers if driver.depot == depot.ref):
                    if self.random.random() < share:
                        yield from self._route(day, depot, driver, bad=days_ago == BAD_DAY and depot.ref in BAD_DEPOTS)

    def _route(self, day: date, depot: DemoDepot, driver: DemoDriver, bad: bool) -> Iterator[DemoOrder]:
        random = self.random
        planned = datetime.combine(day, FIRST_STOP, self.zone).astimezone(UTC) + random.randint(0, 25) * MINUTE
        slip = self._slip(bad, TROUBLED_SHARE_TODAY if day == self.today else TROUBLED_SHARE)
        stalled = day == self.today and driver.route in STALLED_TODAY
        delay = random.uniform(130, 170) if stalled else 0.0
        before = planned - 30 * MINUTE
        for _ in range(random.randint(10, 13)):
            delay += slip * random.uniform(0.4, 1.6)
            actual = planned + (delay + random.gauss(0, 7)) * MINUTE
            actual = max(actual, before + 9 * MINUTE)
            yield self._order(depot, driver, planned, before, actual, bad)
            before = actual
            planned += random.randint(44, 60) * MINUTE

    def _slip(self, bad: bool, troubled_share: float) -> float:
        """Minutes lost at each stop: most routes keep their time, some do not, and snow spares nobody."""
        if bad:
            return self.random.uniform(9, 22)
        if self.random.random() < troubled_share:
            return self.random.uniform(7, 15)
        return max(0.0, self.random.gauss(-1, 3))

    def _order(
        self, depot: DemoDepot, driver: DemoDriver, planned: datetime, before: datetime, actual: datetime, bad: bool
    ) -> DemoOrder:
        random = self.random
        self.number += random.randint(1, 3)
        channel = random.choices(("delivery", "installation", "pickup", "repair"), (82, 9, 6, 3))[0]
        start = planned - timedelta(minutes=planned.minute % 30 + 30, seconds=planned.second)
        order = DemoOrder(
            ref=f"MC-{self.number}",
            customer=self.customers.one(depot),
            crew=self._crew(driver, channel),
            depot=depot.ref,
            depot_name=depot.name,
            channel=channel,
            tags=tuple(sorted(random.sample(TAGS, random.choices((0, 1, 2), (60, 33, 7))[0]))),
            notify=random.choices(("email", "both", "none"), (76, 14, 10))[0],
            created_at=min(planned - random.uniform(20, 96) * timedelta(hours=1), self.now - 5 * MINUTE),
            promised_from=start,
            promised_to=start + WINDOW,
        )
        order.history.append(DemoStep("planned", order.created_at))
        self._live(order, before, actual, FAILED_SHARE_BAD if bad else FAILED_SHARE)
        return order

    def _crew(self, driver: DemoDriver, channel: str) -> tuple[DemoDriver, ...]:
        if channel != "installation":
            return (driver,)
        mates = [other for other in self.drivers if other.depot == driver.depot and other != driver]
        return (driver, self.random.choice(mates))

    def _live(self, order: DemoOrder, before: datetime, actual: datetime, failed_share: float) -> None:
        """Write the history as far as now, and when it should arrive."""
        random, now = self.random, self.now
        if random.random() < CANCELLED_SHARE and before <= now:
            order.history.append(DemoStep("cancelled", before - 30 * MINUTE, random.choice(CANCELLATIONS)))
            return
        left, arrived = before + 2 * MINUTE, actual - random.randint(3, 6) * MINUTE
        fails = random.random() < failed_share
        end = DemoStep("failed", actual, random.choice(FAILURES)) if fails else DemoStep("completed", actual)
        for step in (DemoStep("on_the_way", left), DemoStep("arrived", arrived), end):
            if step.at > now:
                break
            order.history.append(step)
        if order.status == "on_the_way":
            order.eta = actual
        if order.status == "failed" and random.random() < AGAIN_NEXT_DAY:
            self._again(order, actual + timedelta(hours=random.uniform(17, 23)))

    def _again(self, order: DemoOrder, actual: datetime) -> None:
        """A second try on the next day, where that has come already."""
        if actual > self.now:
            return
        order.promised_from, order.promised_to = actual - timedelta(hours=1), actual + timedelta(hours=1)
        order.history += [
            DemoStep("planned", order.history[-1].at + 40 * MINUTE),
            DemoStep("on_the_way", actual - 25 * MINUTE),
            DemoStep("arrived", actual - 4 * MINUTE),
            DemoStep("completed", actual),
        ]
