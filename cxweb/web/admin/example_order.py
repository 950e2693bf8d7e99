"""An order that does not exist, for the survey editor's preview."""

from datetime import datetime, timedelta

from cxweb.core.i18n import language
from cxweb.ratings.queries import Tracked


def example(now: datetime) -> Tracked:
    """A delivery completed half an hour ago and not rated yet."""
    return _planned(now)._replace(
        status="completed",
        completed_at=now - timedelta(minutes=30),
        on_the_way_at=now - timedelta(hours=5),
        arrived_at=now - timedelta(minutes=33),
        driver_name="Hugo",
    )


def _planned(now: datetime) -> Tracked:
    return Tracked(
        order_id=0,
        ref="4821",
        token="",
        status="planned",
        reason=None,
        channel="delivery",
        promised_from=now - timedelta(hours=1),
        promised_to=now,
        eta=None,
        postcode="69001",
        city="Lyon",
        created_at=now - timedelta(hours=6),
        completed_at=None,
        on_the_way_at=None,
        arrived_at=None,
        ended_at=None,
        timezone=None,
        language=language(),
        driver_name=None,
        survey_version_id=None,
        stars=None,
        comment=None,
        answered_at=None,
    )
