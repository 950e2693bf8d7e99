"""The figures of single drivers: the table, by name or ranked, and one driver's months."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import exists, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics import rules
from cxweb.analytics.filters import ReportFilter, answers_of, kept
from cxweb.analytics.queries import feedback, feedback_by
from cxweb.analytics.rules import FIVE_STARS, LEAST_OF_A_DRIVER, Counts, Feedback, Mean, mean
from cxweb.company.queries import digest_key, settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.orders.models import Driver
from cxweb.orders.rules import alphabetical
from cxweb.ratings.models import Rating, RatingReason
from cxweb.reviews.queries import tallies

DRIVER = "driver"


@dataclass(frozen=True)
class DriverRow:
    """A line of the drivers' table. `rank` is None below the company's threshold, and for all while ranking is off."""

    driver: Driver
    figures: Feedback
    rank: int | None = None

    @property
    def completed(self) -> int | None:
        return self.figures.completed

    @property
    def rated(self) -> int | None:
        return self.figures.rated

    @property
    def stars(self) -> Mean:
        return self.figures.stars

    @property
    def n(self) -> int:
        return self.stars.n

    @property
    def enough(self) -> bool:
        """Whether LEAST_OF_A_DRIVER answered: fewer say little of a person."""
        return self.n >= LEAST_OF_A_DRIVER

    @property
    def mean(self) -> float | None:
        return self.stars.mean if self.enough else None


def driver_rows(chosen: ReportFilter, perimeter: Perimeter, drivers: list[Driver]) -> list[DriverRow]:
    """These drivers' figures; an order handled by several counts for each of them."""
    company = settings_now()
    found = {row.key: row.feedback for row in feedback_by(chosen, perimeter, DRIVER)}
    none = None if chosen.about_answers else 0
    nothing = rules.figures(Counts(none, none, none))
    rows = [DriverRow(driver, found.get(driver.ref, nothing)) for driver in drivers]
    return _ranked(rows, kept(chosen, company), perimeter, company) if company.drivers_ranking else rows


def _ranked(
    rows: list[DriverRow], chosen: ReportFilter, perimeter: Perimeter, company: CompanySettings
) -> list[DriverRow]:
    """Those with enough answers by their shrunken mean, with ranks; then the others, by name as they came."""
    enough = [row for row in rows if row.n >= company.drivers_least]
    overall = _overall(chosen, perimeter, company)
    drawn = {row.driver.id: rules.shrunken(row.stars.counts, overall) for row in enough}
    by_name = sorted(enough, key=lambda row: (-row.n, alphabetical(row.driver.name), row.driver.id))
    enough = sorted(by_name, key=lambda row: -rules.two_decimals(drawn[row.driver.id]))
    placed = rules.ranks([drawn[row.driver.id] for row in enough])
    others = [row for row in rows if row.n < company.drivers_least]
    return [replace(row, rank=rank) for row, rank in zip(enough, placed, strict=True)] + others


def _overall(chosen: ReportFilter, perimeter: Perimeter, company: CompanySettings) -> float:
    """The mean of the same filter; of twelve months where that has fewer than LEAST_FOR_OVERALL answers."""
    found = feedback(chosen, perimeter).stars
    if found.n < rules.LEAST_FOR_OVERALL:
        today = clock.now().astimezone(company.zone).date()
        found = feedback(ReportFilter(start=today - timedelta(days=365), end=today), perimeter).stars
    return found.mean or 0.0


def code_key(company: CompanySettings) -> str | None:
    """What drivers' codes are made with in files that leave the company; None where they go by their names."""
    return (digest_key() or "") if company.drivers_pseudonyms else None


def driver_months(driver: Driver, perimeter: Perimeter) -> list[tuple[date, Mean]]:
    """The driver's stars in each month of the company's zone that has answers and is still kept, the oldest first."""
    rows = feedback_by(ReportFilter(driver=(driver.ref,)), perimeter, "month")
    return [(date.fromisoformat(f"{row.key}-01"), row.feedback.stars) for row in rows if row.feedback.stars.n]


def own_causes(driver: Driver, perimeter: Perimeter) -> Mean:
    """The driver's stars without the answers whose reasons all lie elsewhere: with the product, a delay, the price."""
    reasons = exists().where(RatingReason.rating_id == Rating.id)
    own = reasons.where(RatingReason.cause == DRIVER)
    statement = answers_of(select(*tallies()), ReportFilter(driver=(driver.ref,)), perimeter)
    row = session().execute(statement.where(~reasons.correlate(Rating) | own.correlate(Rating))).one()
    return mean([int(value or 0) for value in row], FIVE_STARS)
