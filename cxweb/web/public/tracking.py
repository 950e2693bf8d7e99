"""The tracking page and the post of a rating. Whoever knows the 128-bit address may post: no cookie, no nonce."""

from flask import Response, redirect, request, url_for
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.wrappers import Response as BaseResponse

from cxweb.actions.rate_order import rate_order
from cxweb.actions.record_opening import record_opening
from cxweb.company.queries import settings
from cxweb.core import clock, tokens
from cxweb.core.i18n import gettext, language
from cxweb.core.pictures import MEDIA_TYPE
from cxweb.orders.queries import picture_of
from cxweb.ratings.queries import Tracked, tracked
from cxweb.ratings.rules import FIVE, CannotRate, InvalidAnswer
from cxweb.surveys.queries import shown_to
from cxweb.web.errors import arguments, choose_language
from cxweb.web.public import limits
from cxweb.web.public.circumstances import circumstances
from cxweb.web.public.kept_pages import facts, kept
from cxweb.web.public.rating_form import as_sent, asked_version, problem_words, read_answer
from cxweb.web.survey_words import SurveyForm, empty_form
from cxweb.web.tracking_page import present, render, why_not


def show(token: str) -> Response:
    order = _find(token)
    asked = arguments()
    stars = asked.get("stars")
    made_from = facts(order)
    html = _html(order, preselected=int(stars) if stars in FIVE else None, editing="edit" in asked)
    return kept(html, order, made_from)


def retell(token: str) -> Response:
    """The page in another language with what was filled in so far; nothing is stored."""
    order = _find(token)
    limits.check_post(token)
    try:
        return _page(order, 200, form=as_sent(_form(order)))
    except HTTPException as error:
        return _page(order, error.code or 400, form=_unreadable(order, error))


def rate(token: str) -> BaseResponse:
    order = _find(token)
    limits.check_post(token)
    try:
        rate_order(token, read_answer(), language(), asked_version(), circumstances())
    except InvalidAnswer as error:
        sent = as_sent(_form(order))._replace(error_field=error.field, error=problem_words(error))
        return _page(order, 422, form=sent)
    except CannotRate as refusal:
        return _page(order, 409, notice=why_not(refusal.reason))
    except HTTPException as error:
        return _page(order, error.code or 400, form=_unreadable(order, error))
    chosen = request.args.get("lang") or None
    return redirect(url_for("public.show", token=token, lang=chosen), 303)


def seen(token: str) -> Response:
    """The page's script says that a person looks at it; only the first time is written."""
    order = _find(token)
    limits.check_post(token)
    if order.seen_at is None:
        record_opening(order.order_id)
    return Response(status=204)


def proof(token: str, kind: str) -> Response:
    content = picture_of(_find(token).order_id, kind)
    if content is None:
        raise NotFound
    return Response(content, mimetype=MEDIA_TYPE)


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
    return render(page, order.token, arguments().get("lang", ""))


def _form(order: Tracked) -> SurveyForm:
    return empty_form(order, settings(), shown_to(order.survey_version_id), None)


def _unreadable(order: Tracked, error: HTTPException) -> SurveyForm:
    unreadable = gettext("Your answer could not be read, so nothing was stored. Please send it again.")
    too_large = gettext("Your answer is too large, so nothing was stored. Shorten it and send it again.")
    return _form(order)._replace(error_field="form", error=unreadable if isinstance(error, BadRequest) else too_large)
