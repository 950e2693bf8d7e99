"""What the customer's page says of an order: the same for the page itself and for the survey editor's preview."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cxweb.company.rules import CompanySettings
from cxweb.core import i18n
from cxweb.core.i18n import gettext, language, lazy
from cxweb.orders.rules import first_name, masked_address
from cxweb.ratings.queries import Tracked
from cxweb.ratings.rules import Facts, correction_ends_at, refusal
from cxweb.surveys.rules import Survey, filled

STAR_WORDS = (lazy("Very poor"), lazy("Poor"), lazy("Average"), lazy("Good"), lazy("Excellent"))
STEPS = ("planned", "on_the_way", "arrived", "completed")


class Step(NamedTuple):
    """One line of the timeline."""

    label: str
    time: str
    state: str


class SurveyForm(NamedTuple):
    """The question as it stands to be answered: empty, preselected, or sent with something wrong."""

    question: str
    comment_prompt: str
    stars: int | None
    comment: str
    error_field: str = ""
    error: str = ""


class Recorded(NamedTuple):
    """The rating as stored."""

    stars: int
    word: str
    comment: str | None
    question: str
    editable_until: str
    why_closed: str


class TrackingPage(NamedTuple):
    """Everything the template shows, already in words."""

    ref: str
    title: str
    company: str
    contact: str
    contact_link: str
    headline: str
    lead: str
    details: list[str]
    steps: list[Step]
    form: SurveyForm | None
    recorded: Recorded | None
    notice: str


def present(
    order: Tracked,
    company: CompanySettings,
    survey: Survey,
    now: datetime,
    *,
    form: SurveyForm | None = None,
    preselected: int | None = None,
    editing: bool = False,
    notice: str = "",
) -> TrackingPage:
    """The page of an order in the language in force. `form` is what was sent and refused; `notice` says why nothing
    was stored."""
    zone = ZoneInfo(order.timezone) if order.timezone else company.zone
    shown = form
    refused = refusal(_facts(order, company), now)
    if shown is None and not refused and (order.stars is None or editing):
        shown = empty_form(order, company, survey, preselected)
    contact, link = contact_link(company.company_contact)
    return TrackingPage(
        ref=order.ref,
        title=gettext("Your delivery") if order.channel == "delivery" else gettext("Your order"),
        company=company.shown_name,
        contact=contact,
        contact_link=link,
        headline=_headline(order, now, zone),
        lead=_lead(order),
        details=_details(order, now, zone),
        steps=_steps(order, now, zone),
        form=shown,
        recorded=None if shown else _recorded(order, company, survey, now, zone, refused),
        notice=notice,
    )


def empty_form(order: Tracked, company: CompanySettings, survey: Survey, preselected: int | None) -> SurveyForm:
    """The form before anything is sent; a stored answer fills it."""
    texts = survey.text(language())
    return SurveyForm(
        question=filled(texts.question, company.shown_name),
        comment_prompt=filled(texts.comment_prompt, company.shown_name),
        stars=preselected or order.stars,
        comment=order.comment or "",
    )


def _facts(order: Tracked, company: CompanySettings) -> Facts:
    window = timedelta(hours=company.survey_correction_hours)
    return Facts(order.status, company.feedback_enabled, order.answered_at, window)


def _recorded(
    order: Tracked, company: CompanySettings, survey: Survey, now: datetime, zone: ZoneInfo, refused: str | None
) -> Recorded | None:
    if order.stars is None or order.answered_at is None:
        return None
    until = correction_ends_at(order.answered_at, timedelta(hours=company.survey_correction_hours))
    return Recorded(
        stars=order.stars,
        word=gettext(STAR_WORDS[order.stars - 1]),
        comment=order.comment,
        question=filled(survey.text(language()).question, company.shown_name),
        editable_until="" if refused else gettext("until %(when)s") % {"when": _when(until, now, zone)},
        why_closed=why_not(refused) if refused else "",
    )


def why_not(reason: str) -> str:
    """Why an order takes no rating, in words a customer reads."""
    return {
        "not_completed": gettext("You can rate this order once it is completed."),
        "failed": gettext("This order could not be completed, so it cannot be rated."),
        "cancelled": gettext("This order was cancelled, so it cannot be rated."),
        "feedback_off": gettext("Ratings are closed at the moment."),
        "window_over": gettext("The time to change your rating is over. It stays as recorded."),
    }[reason]


def _headline(order: Tracked, now: datetime, zone: ZoneInfo) -> str:
    if order.status == "completed" and order.completed_at is not None:
        when = _when(order.completed_at, now, zone)
        if order.channel == "delivery":
            return gettext("Delivered %(when)s") % {"when": when}
        return gettext("Completed %(when)s") % {"when": when}
    return {
        "planned": gettext("Your order is planned"),
        "on_the_way": gettext("Your order is on its way"),
        "arrived": gettext("We are at your door"),
        "failed": gettext("We could not complete your order"),
        "cancelled": gettext("Your order was cancelled"),
    }[order.status]


def _lead(order: Tracked) -> str:
    name = first_name(order.driver_name or "")
    if name and order.status != "cancelled":
        return gettext("Order %(ref)s, with %(name)s") % {"ref": order.ref, "name": name}
    return gettext("Order %(ref)s") % {"ref": order.ref}


def _details(order: Tracked, now: datetime, zone: ZoneInfo) -> list[str]:
    """What else helps: the reason of a failure, or when to expect us and where."""
    if order.status in {"failed", "cancelled"}:
        return [order.reason] if order.reason else []
    if order.status == "completed":
        return []
    lines = []
    if order.eta is not None:
        lines.append(gettext("Expected %(when)s") % {"when": _when(order.eta, now, zone)})
    elif order.promised_to is not None:
        lines.append(_window(order.promised_from, order.promised_to, now, zone))
    place = masked_address(order.postcode, order.city)
    if place:
        lines.append(gettext("To %(place)s") % {"place": place})
    return lines


def _window(start: datetime | None, end: datetime, now: datetime, zone: ZoneInfo) -> str:
    if start is None:
        return gettext("Expected by %(when)s") % {"when": _when(end, now, zone)}
    times = {"day": _day(start, now, zone), "start": _clock(start, zone), "end": _clock(end, zone)}
    return gettext("Expected %(day)s between %(start)s and %(end)s") % times


def _steps(order: Tracked, now: datetime, zone: ZoneInfo) -> list[Step]:
    labels = _labels(language(), order.channel == "delivery")
    instants = (order.created_at, order.on_the_way_at, order.arrived_at, order.completed_at)
    if order.status in {"failed", "cancelled"}:
        ended = gettext("Not completed") if order.status == "failed" else gettext("Cancelled")
        last = Step(ended, _short(order.ended_at, now, zone), "failed")
        done = [Step(x, _short(at, now, zone), "done") for x, at in zip(labels[:3], instants, strict=False) if at]
        return [*done, last]
    reached = STEPS.index(order.status)
    return [
        Step(label, _short(at if index <= reached else None, now, zone), _state(index, reached))
        for index, (label, at) in enumerate(zip(labels, instants, strict=True))
        # A step that was jumped over says nothing.
        if at is not None or index >= reached
    ]


@lru_cache(maxsize=16)
def _labels(_language: str, delivery: bool) -> tuple[str, str, str, str]:
    last = gettext("Delivered") if delivery else gettext("Completed")
    return gettext("Order planned"), gettext("On the way"), gettext("At your door"), last


def _state(index: int, reached: int) -> str:
    return "current" if index == reached else "done" if index < reached else "ahead"


def contact_link(text: str) -> tuple[str, str]:
    """The company's contact and the link that reaches it: an address, a phone number or a page."""
    if text.startswith(("https://", "http://")):
        return text.split("://", 1)[1].rstrip("/"), text
    if "@" in text and " " not in text:
        return text, f"mailto:{text}"
    digits = "".join(c for c in text if c.isdigit() or c == "+")
    if len(digits) >= 8 and not any(c.isalpha() for c in text):
        return text, f"tel:{digits}"
    return text, ""


def _clock(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.hour}:{local.minute:02}"


def _short(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """The time of a step, with its day where that is not today."""
    if at is None:
        return ""
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return _clock(at, zone)
    return f"{_date(at.astimezone(zone).date(), language(), 'd MMM')}, {_clock(at, zone)}"


def _when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    return gettext("%(day)s at %(time)s") % {"day": _day(at, now, zone), "time": _clock(at, zone)}


def _day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if abs((day - today).days) <= 1:
        return _near_days(language())[(day - today).days + 1]
    style = "d MMMM" if day.year == today.year else "d MMMM y"
    return gettext("on %(date)s") % {"date": _date(day, language(), style)}


@lru_cache(maxsize=16)
def _near_days(_language: str) -> tuple[str, str, str]:
    return gettext("yesterday"), gettext("today"), gettext("tomorrow")


@lru_cache(maxsize=1024)
def _date(day: date, chosen: str, style: str) -> str:
    with i18n.speaking(chosen):
        return i18n.day(day, ZoneInfo("UTC"), style)
