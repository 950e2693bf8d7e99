"""Settings › Survey: the question and the invitation to comment in each language, beside the page customers see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Response, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import actor_names
from cxweb.actions.edit_survey import EditedMeanwhile, edit_survey
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext, language, languages, lazy
from cxweb.surveys.queries import current, latest
from cxweb.surveys.rules import LONGEST, InvalidText, Survey, SurveyTexts, check, normal, written
from cxweb.web.admin.address import plain
from cxweb.web.admin.example_order import example
from cxweb.web.headers import allow_own_frame
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.tracking_page import present
from cxweb.web.tracking_page import render as render_page
from cxweb.web.words import LANGUAGES, actor_word

HERE = "/admin/settings/survey"
# Stands in the links of the preview, which must lead nowhere but to the preview itself.
NOWHERE = "preview"
PROBLEMS = {
    "empty": lazy("Write something here."),
    "too long": lazy("This is longer than 200 characters. Shorten it a little."),
}


@dataclass(frozen=True)
class Draft:
    """The texts as the editor holds them, the language on top, the version they were written over, what is wrong."""

    texts: Mapping[str, SurveyTexts]
    shown: str
    based_on: int
    errors: Mapping[str, str]


def edit() -> ResponseReturnValue:
    survey = current()
    return _page(Draft({code: survey.text(code) for code in languages()}, language(), survey.number, {}))


def update() -> ResponseReturnValue:
    draft = _sent()
    if "preview" in request.form:
        return _page(replace(draft, errors={}))
    if draft.errors:
        return _page(draft, code=422)
    try:
        changed = edit_survey(draft.texts, draft.based_on, me())
    except EditedMeanwhile:
        problem = gettext("Somebody has published another version meanwhile. Save again to put yours in its place.")
        return _page(replace(draft, based_on=current().number), problem, 409)
    published = gettext("Published. Customers see it from now on.")
    flash(
        published if changed else gettext("Nothing differs from the version in force, so nothing was published."),
        "done",
    )
    return redirect(HERE, 303)


def preview() -> ResponseReturnValue:
    """The customer's page of an order that does not exist, with the texts of the address, in the language `?lang`."""
    stored = current().text(language())
    question = normal(plain(request.args.get("question", ""))) or stored.question
    prompt = normal(plain(request.args.get("comment_prompt", ""))) or stored.comment_prompt
    survey = Survey(None, 0, asks_nps=False, texts={language(): SurveyTexts(question[:LONGEST], prompt[:LONGEST])})
    company = replace(settings(), feedback_enabled=True)
    page = present(example(clock.now()), company, survey, clock.now(), preselected=4)
    html = render_page(page, NOWHERE)
    return allow_own_frame(make_response(html.replace(f"/t/{NOWHERE}", f"{HERE}/preview")))


def _sent() -> Draft:
    """What was posted; `errors` are by field name."""
    texts, errors = {}, {}
    for code in languages():
        names = (f"question_{code}", f"comment_prompt_{code}")
        values = [normal(plain(request.form.get(name, ""))) for name in names]
        texts[code] = SurveyTexts(*values)
        for name, value in zip(names, values, strict=True):
            try:
                check(value)
            except InvalidText as error:
                errors[name] = gettext(PROBLEMS[str(error)])
    shown, based_on = request.form.get("shown", ""), request.form.get("based_on", "")
    if errors:
        shown = next(iter(errors)).rsplit("_", 1)[1]
    number = int(based_on) if based_on.isascii() and based_on.isdigit() else -1
    return Draft(texts, shown if shown in languages() else language(), number, errors)


def _page(draft: Draft, problem: str = "", code: int = 200) -> Response:
    company, version = settings(), latest()
    shown = draft.texts[draft.shown]
    texts = {"question": shown.question, "comment_prompt": shown.comment_prompt}
    html = render(
        "admin/settings/survey.html",
        draft=draft,
        problem=problem,
        version=version,
        by=actor_word(version.created_by, actor_names([version.created_by])) if version else "",
        languages=[(lang, LANGUAGES[lang]) for lang in languages() if lang in LANGUAGES],
        written=written,
        placeholder={lang: written("[company]", lang) for lang in languages()},
        preview=f"{HERE}/preview?{urlencode({'lang': draft.shown, **texts})}",
        longest=LONGEST,
        zone=company.zone,
        company=company,
    )
    return make_response(html, code)
