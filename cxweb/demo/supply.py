"""New demo orders for the next hours, so that a demo left running never runs dry."""

from datetime import datetime, timedelta
from random import Random

from cxweb.demo.company import DEPOTS, TAGS
from cxweb.demo.facts import DemoOrder, DemoStep
from cxweb.demo.people import Customers, drivers

FIRST_NUMBER = 60_000


def new_orders(now: datetime, number: int, after: int, random: Random) -> list[DemoOrder]:
    """So many planned orders; `after` is the greatest order id there is, so that no ref comes twice."""
    # The drivers' refs and names do not depend on the seed, only how much they are liked.
    everybody = drivers(random)
    customers = Customers(random, first_number=FIRST_NUMBER + after)
    orders = []
    for place in range(number):
        depot = random.choice(DEPOTS)
        start = now + timedelta(minutes=random.randint(20, 240))
        start -= timedelta(minutes=start.minute % 30, seconds=start.second, microseconds=start.microsecond)
        orders.append(
            DemoOrder(
                ref=f"MC-{FIRST_NUMBER + after + place}",
                customer=customers.one(depot),
                crew=(random.choice([driver for driver in everybody if driver.depot == depot.ref]),),
                depot=depot.ref,
                depot_name=depot.name,
                channel="delivery",
                tags=tuple(random.sample(TAGS, random.randint(0, 1))),
                notify="email",
                created_at=now,
                promised_from=start,
                promised_to=start + timedelta(hours=2),
                history=[DemoStep("planned", now)],
            )
        )
    return orders
