"""What the customer's page says of an order: the same for the page itself and for the survey editor's preview."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app
from jinja2 import Template
from markupsafe import Markup

from cxweb.company.rules import CompanySettings
from cxweb.core import i18n
from cxweb.core.i18n import gettext, language
from cxweb.orders.rules import first_name, masked_address
from cxweb.ratings.queries import Tracked
from cxweb.ratings.rules import Facts, correction_ends_at, refusal
from cxweb.surveys.rules import Survey
from cxweb.web.company_words import CompanyWords, company_words
from cxweb.web.survey_words import Recorded, SurveyForm, Until, empty_form, recorded_answer

# Stands for the token where the frame is made: no name or contact of a company can hold it.
LINK = "\x1a"
STEPS = ("planned", "on_the_way", "arrived", "completed")


class Step(NamedTuple):
    """One line of the timeline."""

    label: str
    time: str
    state: str


class Proof(NamedTuple):
    """What proves the delivery: a note, and whether there is a photo and a signature to look at."""

    note: str
    photo: bool
    signature: bool


class TrackingPage(NamedTuple):
    """Everything the template shows, already in words."""

    company: CompanyWords
    headline: str
    lead: str
    details: list[str]
    steps: list[Step]
    proof: Proof | None
    form: SurveyForm | None
    recorded: Recorded | None
    notice: str
    # Whether the order ended without being completed, so that the customer may have something to say.
    ended: bool


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
    """The page of an order in the language in force. `form` is what was sent and not stored; `notice` says why nothing
    was stored."""
    zone = company.zone_named(order.timezone)
    refused = refusal(_facts(order, company), now)
    if refused:
        notice, form = notice or (form.error if form else ""), None
    elif form is None and (order.stars is None or editing):
        form = empty_form(order, company, survey, preselected)
    recorded = None
    if form is None and order.stars is not None:
        recorded = recorded_answer(order, company, survey, _until(order, company, now, zone, refused))
    ended = order.status in {"failed", "cancelled"}
    return TrackingPage(
        company=company_words(company, language()),
        headline=_headline(order, now, zone),
        lead=_lead(order),
        details=_details(order, now, zone),
        steps=_steps(order, now, zone),
        proof=_proof(order),
        form=form,
        recorded=recorded,
        notice=notice or (why_not(refused) if refused == "closed" else ""),
        ended=ended,
    )


def changing_with_time(order: Tracked, company: CompanySettings, now: datetime) -> tuple[date, str | None]:
    """All that the page says otherwise as time goes by: which day it is there, and whether the order takes a rating."""
    zone = company.zone_named(order.timezone)
    return now.astimezone(zone).date(), refusal(_facts(order, company), now)


def render(page: TrackingPage, token: str, asked: str = "", *, scripted: bool = True) -> str:
    """The page as HTML; `asked` is the language that its address asked for, if any. A preview has no script."""
    header, footer = _frame(language(), page.company, page.form is not None)
    return _template("tracking").render(
        page=page,
        survey=_survey(page.form, token, asked) if page.form else "",
        recorded=page.recorded,
        company=page.company,
        header=header.replace(LINK, token),
        footer=footer.replace(LINK, token),
        token=token,
        asked=asked,
        scripted=scripted,
    )


def _template(name: str) -> Template:
    return current_app.jinja_env.get_template(f"public/{name}.html")


@lru_cache(maxsize=64)
def _frame(_language: str, company: CompanyWords, form: bool) -> tuple[Markup, Markup]:
    """Head and foot of every page of the company. Only the link's token differs, so they are made once with LINK."""
    parts = (_template(part).render(company=company, form=form, token=LINK) for part in ("_header", "_footer"))
    header, footer = (Markup(part) for part in parts)  # noqa: S704 - escaped by the templates
    return header, footer


def _survey(form: SurveyForm, token: str, asked: str) -> Markup:
    """The survey to be answered. All who have answered nothing yet get the same but for their link."""
    if asked or not form.is_untouched:
        return Markup(_template("_survey").render(form=form, token=token, asked=asked))  # noqa: S704 - escaped by it
    return _untouched(language(), form).replace(LINK, token)


@lru_cache(maxsize=64)
def _untouched(_language: str, form: SurveyForm) -> Markup:
    return Markup(_template("_survey").render(form=form, token=LINK, asked=""))  # noqa: S704 - escaped by it


def _facts(order: Tracked, company: CompanySettings) -> Facts:
    window = timedelta(hours=company.survey_correction_hours)
    enabled = company.feedback_enabled
    return Facts(order.status, enabled, order.answered_at, window, order.completed_at, company.survey_closing_days)


def _until(order: Tracked, company: CompanySettings, now: datetime, zone: ZoneInfo, refused: str | None) -> Until:
    """Until when the recorded answer may be changed, or why it no longer may."""
    if refused or order.answered_at is None:
        return Until("", why_not(refused) if refused else "")
    ends = correction_ends_at(order.answered_at, timedelta(hours=company.survey_correction_hours))
    return Until(gettext("until %(when)s") % {"when": _when(ends, now, zone)}, "")


def _proof(order: Tracked) -> Proof | None:
    if order.proof_note is None and not order.has_photo and not order.has_signature:
        return None
    return Proof(order.proof_note or "", bool(order.has_photo), bool(order.has_signature))


def why_not(reason: str) -> str:
    """Why an order takes no rating, in words a customer reads."""
    return {
        "not_completed": gettext("You can rate this order once it is completed."),
        "failed": gettext("This order could not be completed, so it cannot be rated."),
        "cancelled": gettext("This order was cancelled, so it cannot be rated."),
        "feedback_off": gettext("Ratings are closed at the moment."),
        "closed": gettext("The time to rate this order is over."),
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
