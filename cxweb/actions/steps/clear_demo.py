"""Removes the demo: there is none beside a real order."""

from sqlalchemy import delete, exists, select

from cxweb.accounts.models import ApiKey, UserBranch
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures_of
from cxweb.actions.steps.write_demo import ACTOR
from cxweb.boards.models import Wall
from cxweb.company.models import Depot, Setting
from cxweb.company.queries import stored
from cxweb.core import clock
from cxweb.core.db import after_commit, session
from cxweb.demo.queries import DEMO_KEY
from cxweb.integrations.models import Connector
from cxweb.orders.models import CrewMember, Customer, Driver, Order
from cxweb.surveys.models import SurveyVersion
from cxweb.surveys.queries import forget, latest
from cxweb.webhooks.models import WebhookEndpoint


def clear_demo() -> int:
    """Delete every demo row; how many orders went. Free when there is no demo."""
    name = stored(DEMO_KEY)
    if name is None:
        return 0
    opened = session()
    touch_figures_of(Order.is_demo.is_(True))
    tell_boards(None, *opened.scalars(select(Order.depot_id).where(Order.is_demo).distinct()))
    removed = opened.execute(delete(Order).where(Order.is_demo)).rowcount  # type: ignore[attr-defined]
    opened.execute(delete(Customer).where(Customer.is_demo, ~exists().where(Order.customer_id == Customer.id)))
    opened.execute(delete(Driver).where(Driver.is_demo, ~exists().where(CrewMember.driver_id == Driver.id)))
    _delete_depots()
    opened.execute(delete(Setting).where(Setting.key == "company.name", Setting.value == name))
    opened.execute(delete(Setting).where(Setting.key == DEMO_KEY))
    _restore_survey()
    return int(removed)


def _delete_depots() -> None:
    """Leaves first, so that no depot loses its parent before itself. One that an account or a key is bound to stays."""
    opened = session()
    while True:
        child = select(Depot.parent_id).where(Depot.parent_id.is_not(None))
        leaves = delete(Depot).where(Depot.is_demo, Depot.id.not_in(child))
        for column in (
            Order.depot_id,
            UserBranch.depot_id,
            ApiKey.depot_id,
            Wall.depot_id,
            WebhookEndpoint.depot_id,
            Connector.depot_id,
        ):
            leaves = leaves.where(Depot.id.not_in(select(column).where(column.is_not(None))))
        if opened.execute(leaves).rowcount == 0:  # type: ignore[attr-defined]
            return


def _restore_survey() -> None:
    """The product's own survey comes back as a version of its own: pages that are open may still name the demo's."""
    version = latest()
    if version is not None and version.created_by == ACTOR and version.asks_nps:
        session().add(SurveyVersion(number=version.number + 1, created_at=clock.now(), created_by=ACTOR))
        after_commit(forget)
