"""The tracking page and the post of a rating. Whoever knows the 128-bit address may post: no cookie, no nonce."""

from flask import Response, current_app, redirect, request, url_for
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Response as BaseResponse

from cxweb.actions.rate_order import rate_order
from cxweb.company.queries import settings
from cxweb.core import clock, tokens
from cxweb.core.i18n import gettext, language
from cxweb.ratings.queries import Tracked, tracked
from cxweb.ratings.rules import FIVE, CannotRate, InvalidAnswer
from cxweb.surveys.queries import shown_to
from cxweb.web.errors import arguments, choose_language
from cxweb.web.public import limits
from cxweb.web.public.kept_pages import facts, kept
from cxweb.web.public.rating_form import read_answer
from cxweb.web.tracking_page import SurveyForm, empty_form, present, why_not


def show(token: str) -> Response:
    order = _find(token)
    asked = arguments()
    stars = asked.get("stars")
    made_from = facts(order)
    html = _html(order, preselected=int(stars) if stars in FIVE else None, editing="edit" in asked)
    return kept(html, order, made_from)


def rate(token: str) -> BaseResponse:
    order = _find(token)
    limits.check_post(token)
    try:
        rate_order(token, read_answer(), language())
    except InvalidAnswer as error:
        return _page(order, 422, form=_sent(order, error))
    except CannotRate as refusal:
        return _page(order, 409, notice=why_not(refusal.reason))
    except HTTPException as error:
        return _page(order, error.code or 400, form=_unreadable(order, error))
    chosen = request.args.get("lang") or None
    return redirect(url_for("public.show", token=token, lang=chosen), 303)


def _find(token: str) -> Tracked:
    """The order of the link, its language in force. Unknown, misshapen and switched off look alike: limits.missed()."""
    order = tracked(token) if tokens.is_link(token) and settings().tracking_enabled else None
    choose_language(order.language if order else None)
    if order is None:
        raise limits.missed()
    return order


def _page(order: Tracked, code: int, **facts: object) -> Response:
    return Response(_html(order, **facts), code)


def _html(order: Tracked, **facts: object) -> str:
    survey = shown_to(order.survey_version_id)
    page = present(order, settings(), survey, clock.now(), **facts)  # type: ignore[arg-type]
    template = current_app.jinja_env.get_template("public/tracking.html")
    return template.render(page=page, token=order.token, asked=arguments().get("lang", ""))


def _sent(order: Tracked, error: InvalidAnswer) -> SurveyForm:
    """The form as it was sent, with the message at its field: nothing typed is lost."""
    stars = request.form.getlist("stars")
    messages = {
        ("stars", "missing"): gettext("Choose from one to five stars."),
        ("stars", "several"): gettext("Choose one number of stars only."),
        ("stars", "not_a_choice"): gettext("Choose from one to five stars."),
        ("comment", "too_long"): gettext("Your comment is longer than 2,000 characters. Shorten it a little."),
        ("comment", "several"): gettext("Write one comment only."),
        ("comment", "nul"): gettext("Your comment holds a character that cannot be stored. Remove it and send again."),
    }
    return _refused(
        order,
        field=error.field,
        message=messages[error.field, error.problem],
        stars=int(stars[0]) if len(stars) == 1 and stars[0] in FIVE else None,
        comment=request.form.get("comment", "").replace("\x00", ""),
    )


def _unreadable(order: Tracked, error: HTTPException) -> SurveyForm:
    unreadable = gettext("Your answer could not be read, so nothing was stored. Please send it again.")
    too_large = gettext("Your answer is too large, so nothing was stored. Shorten it and send it again.")
    return _refused(order, field="form", message=unreadable if isinstance(error, BadRequest) else too_large)


def _refused(order: Tracked, *, field: str, message: str, stars: int | None = None, comment: str = "") -> SurveyForm:
    form = empty_form(order, settings(), shown_to(order.survey_version_id), stars)
    return SurveyForm(form.question, form.comment_prompt, form.stars, comment or form.comment, field, message)
