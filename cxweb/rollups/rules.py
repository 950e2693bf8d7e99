"""What is counted of orders and answers, in rows and in rollups alike, and the periods it is added up to."""

from datetime import date, timedelta

SCORES = (1, 2, 3, 4, 5)
GROUPS = ("detractor", "passive", "promoter")

ORDERS = ("completed", "eligible", "rated")
# Of completed orders: an invitation left, one was not refused, and what followed.
WAY = ("sent", "reached", "reached_rated", "reached_commented", "rated_unasked", "opened")
STARS = tuple(f"stars_{n}" for n in SCORES)
# The same, of answers to survey versions that do not ask the 0–10 question.
PLAIN = tuple(f"plain_{n}" for n in SCORES)
NPS = tuple(f"nps_{n}" for n in range(11))
CES = tuple(f"ces_{n}" for n in SCORES)
# In no figure, and shown beside them.
BESIDE = ("spam", "by_phone")
CROSS = tuple(f"cross_{n}_{group}" for n in SCORES for group in GROUPS)
# Answers with a reason, and with one that lies with the driver.
REASONED = ("reasoned", "reasoned_driver")
TALLIES = (*ORDERS, *STARS, *PLAIN, *NPS, *CES, *BESIDE, *WAY, *CROSS, *REASONED)

PERIODS = ("day", "week", "month", "quarter", "year")


def period_start(day: date, period: str) -> date:
    """The first day of the period that the day lies in; weeks begin on Monday."""
    match period:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
    return day


def period_key(day: date, period: str) -> str:
    """How the period of the day is named: 2018-05-01, 2018-W18 (ISO 8601), 2018-05, 2018-Q2, 2018."""
    match period:
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case "month":
            return f"{day.year:04d}-{day.month:02d}"
        case "quarter":
            return f"{day.year:04d}-Q{(day.month - 1) // 3 + 1}"
        case "year":
            return f"{day.year:04d}"
    return day.isoformat()
