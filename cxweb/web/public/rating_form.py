"""Reads the body of a rating: what was sent, or what is wrong with it, and the form as it goes back."""

from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from cxweb.core.i18n import gettext
from cxweb.ratings.rules import CODE, ELEVEN, FIVE, Answer, InvalidAnswer, choice, codes, written
from cxweb.web.headers import FIELD_LIMIT
from cxweb.web.survey_words import SurveyForm


def read_answer() -> Answer:
    """The answer that was posted.

    Raises InvalidAnswer for a value that cannot be stored, RequestEntityTooLarge beyond the limits of body and
    fields, and BadRequest for bytes that are not UTF-8.
    """
    body = request.get_data(cache=True)
    _check_bytes(body)
    form = request.form
    if body and not form:
        raise BadRequest
    return Answer(
        stars=choice("stars", form.getlist("stars"), FIVE),
        comment=written("comment", form.getlist("comment")),
        nps=choice("nps", form.getlist("nps"), ELEVEN),
        ces=choice("ces", form.getlist("ces"), FIVE),
        open=written("open", form.getlist("open")),
        reasons=codes(form.getlist("reasons")),
    )


def asked_version() -> int | None:
    """The number of the survey version that the form says it showed, None where it says none."""
    number = request.form.get("survey", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def as_sent(form: SurveyForm) -> SurveyForm:
    """The form with everything that was posted in its place, fit to be stored or not: nothing typed is lost."""
    sent = request.form

    reasons = [code for code in sent.getlist("reasons") if CODE.fullmatch(code)]

    def one(field: str, allowed: tuple[str, ...], before: int | None) -> int | None:
        values = sent.getlist(field)
        return int(values[0]) if len(values) == 1 and values[0] in allowed else None if values else before

    return form._replace(
        stars=one("stars", FIVE, form.stars),
        comment=sent.get("comment", form.comment).replace("\x00", ""),
        nps=one("nps", ELEVEN, form.nps),
        ces=one("ces", FIVE, form.ces),
        open=sent.get("open", form.open).replace("\x00", ""),
        reasons=reasons if "reasons" in sent else form.reasons,
        focused=False,
    )


def problem_words(error: InvalidAnswer) -> str:
    """What is wrong with a field, and what to do, as its reader needs it."""
    if error.problem == "too_long":
        return gettext("Your text is longer than 2,000 characters. Shorten it a little.")
    if error.problem == "nul":
        return gettext("Your text holds a character that cannot be stored. Remove it and send again.")
    return {
        ("stars", "missing"): gettext("Choose from one to five stars."),
        ("stars", "not_a_choice"): gettext("Choose from one to five stars."),
        ("stars", "several"): gettext("Choose one number of stars only."),
        ("nps", "not_a_choice"): gettext("Choose a number from 0 to 10."),
        ("ces", "not_a_choice"): gettext("Choose a number from 1 to 5."),
        ("reasons", "not_a_choice"): gettext("Choose among the reasons shown here."),
    }.get((error.field, error.problem)) or gettext("Give one answer to each question only.")


def _check_bytes(body: bytes) -> None:
    """Refuse what the form parser would silently replace or drop."""
    if request.mimetype == "application/x-www-form-urlencoded":
        if body.count(b"&") >= FIELD_LIMIT:
            raise RequestEntityTooLarge
        body = unquote_to_bytes(body)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest from error
