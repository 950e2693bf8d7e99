"""The demo company comes: depots, drivers, two weeks of orders up to now, ratings and messages."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.write_demo import ACTOR, write_demo
from cxweb.company.models import Depot, Setting
from cxweb.company.queries import forget_settings, settings_now
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import after_commit, insert_or_leave, session, transaction
from cxweb.demo import company, messages, opinions
from cxweb.demo.facts import DemoDriver, DemoOrder
from cxweb.demo.queries import DEMO_KEY, REMOVED_KEY, is_loaded, real_order_exists
from cxweb.demo.routes import Routes
from cxweb.orders.models import Driver
from cxweb.surveys.models import SurveyVersion
from cxweb.surveys.queries import forget, latest
from cxweb.surveys.rules import SWITCHES

SEED = 20_261


class NoDemoBesideOrders(Exception):
    """There are real orders: the demo would mix with their figures."""


def load_demo(by: Acting, seed: int = SEED) -> int:
    """Load the demo; how many orders it brought, 0 where it is there already. Raises NoDemoBesideOrders."""
    now = clock.now()
    with transaction():
        if real_order_exists():
            raise NoDemoBesideOrders
        if is_loaded():
            return 0
        zone = settings_now().zone
        routes = Routes(now, zone, seed)
        orders = _orders(routes, now, zone, seed)
        _write_company(routes.drivers, now)
        _publish_survey(now)
        write_demo(orders, now)
        record(by.actor, "demo.loaded", "demo", orders=len(orders))
        after_commit(forget_settings)
        after_commit(forget)
        return len(orders)


def _orders(routes: Routes, now: datetime, zone: ZoneInfo, seed: int) -> list[DemoOrder]:
    orders = list(routes.orders())
    random = Random(seed)  # noqa: S311 - a demo has to be plausible, not secret
    opinions.rate(orders, now, random)
    messages.write(orders, now, zone, random)
    return orders


def _write_company(drivers: list[DemoDriver], now: datetime) -> None:
    """The settings row that says the demo is there, the company's name where it has none, depots and drivers."""
    session().execute(delete(Setting).where(Setting.key == REMOVED_KEY))
    insert_or_leave(Setting, key=DEMO_KEY, value=company.NAME, updated_at=now)
    insert_or_leave(Setting, key="company.name", value=company.NAME, updated_at=now)
    region, region_name = company.REGION
    insert_or_leave(Depot, ref=region, name=region_name, is_demo=True)
    above = session().scalars(select(Depot.id).where(Depot.ref == region)).one()
    for depot in company.DEPOTS:
        insert_or_leave(Depot, ref=depot.ref, name=depot.name, parent_id=above, is_demo=True)
    for driver in drivers:
        insert_or_leave(Driver, ref=driver.ref, name=driver.name, is_demo=True)


def _publish_survey(now: datetime) -> None:
    """A survey that asks all further questions, unless somebody of the company has worded one."""
    version = latest()
    if version is None or version.created_by == ACTOR:
        asked = dict.fromkeys(SWITCHES, True)
        number = version.number + 1 if version else 1
        insert_or_leave(SurveyVersion, number=number, created_at=now, created_by=ACTOR, skin="stars", **asked)
