"""Settings › Survey: what is asked, in each language, beside the page customers see; and until when."""

from dataclasses import replace

from flask import Response, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import actor_names
from cxweb.actions.change_settings import change_settings
from cxweb.actions.edit_survey import EditedMeanwhile, edit_survey
from cxweb.company.queries import settings, settings_now
from cxweb.company.rules import InvalidCompanySetting, parse, write
from cxweb.core import clock
from cxweb.core.i18n import gettext, lazy
from cxweb.surveys.queries import current, latest
from cxweb.surveys.rules import CAUSES, LONGEST, LONGEST_REASON, SKINS, written
from cxweb.web.admin.address import plain
from cxweb.web.admin.example_order import example
from cxweb.web.admin.survey_draft import PARTS, Draft, opened, read
from cxweb.web.headers import allow_own_frame
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.tracking_page import present
from cxweb.web.tracking_page import render as render_page
from cxweb.web.words import LANGUAGES, actor_word

HERE = "/admin/settings/survey"
# Stands in the links of the preview, which must lead nowhere but to the preview itself.
NOWHERE = "preview"
# How long the survey may be answered, what is offered afterwards, and which answers are marked: in force at once.
LIMITS = {
    "correction_hours": "survey.correction_hours",
    "closing_days": "survey.closing_days",
    "public_review_url": "company.public_review_url",
    "own_addresses": "protection.own_addresses",
}
PROBLEMS = {
    "correction_hours": lazy("Write a whole number of hours, from 0 to 8,760."),
    "closing_days": lazy("Write a whole number of days, from 0 to 3,650."),
    "public_review_url": lazy("Write the address of a page that begins with https://, or nothing."),
    "own_addresses": lazy("Write addresses or networks such as 203.0.113.7 or 2001:db8::/48, at most 50, or nothing."),
}


def edit() -> ResponseReturnValue:
    return _page(opened(current()))


def update() -> ResponseReturnValue:
    draft = read(request.form, current())
    if "preview" in request.form:
        return _page(replace(draft, errors={}))
    if draft.errors:
        return _page(draft, code=422)
    try:
        changed = edit_survey(draft.survey, draft.based_on, me())
    except EditedMeanwhile:
        problem = gettext("Somebody has published another version meanwhile. Save again to put yours in its place.")
        return _page(replace(draft, based_on=current().number), problem, 409)
    published = gettext("Published. Customers see it from now on.")
    flash(
        published if changed else gettext("Nothing differs from the version in force, so nothing was published."),
        "done",
    )
    return redirect(HERE, 303)


def update_limits() -> ResponseReturnValue:
    values, errors = {}, {}
    for name, key in LIMITS.items():
        values[name] = plain(request.form.get(name, ""))
        try:
            parse(key, values[name])
        except InvalidCompanySetting:
            errors[name] = gettext(PROBLEMS[name])
    if errors:
        return _page(opened(current()), code=422, limits=values, wrong=errors)
    change_settings({LIMITS[name]: text for name, text in values.items()}, me())
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(HERE, 303)


def preview() -> ResponseReturnValue:
    """The customer's page of an order that does not exist, with the draft of the address, in the language `?lang`."""
    stored = current()
    survey = read(request.args, stored).survey if "draft" in request.args else stored
    usual = {code: stored.text(code) for code in survey.texts}
    # What is still empty shows the stored words, so that the page keeps its shape while somebody types.
    shown = {
        code: replace(texts, **{part: getattr(texts, part)[:LONGEST] or getattr(usual[code], part) for part in PARTS})
        for code, texts in survey.texts.items()
    }
    company = replace(settings(), feedback_enabled=True, survey_closing_days=0)
    page = present(example(clock.now()), company, replace(survey, texts=shown), clock.now(), preselected=4)
    if page.form is not None:
        # The focus stays with whoever writes.
        page = page._replace(form=page.form._replace(focused=False))
    html = render_page(page, NOWHERE, scripted=False)
    html = html.replace(f"/t/{NOWHERE}", f"{HERE}/preview").replace(f"/u/{NOWHERE}", "#")
    return allow_own_frame(make_response(html))


def _page(
    draft: Draft,
    problem: str = "",
    code: int = 200,
    limits: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    company, version, stored = settings(), latest(), settings_now()
    html = render(
        "admin/settings/survey.html",
        draft=draft,
        problem=problem,
        version=version,
        by=actor_word(version.created_by, actor_names([version.created_by])) if version else "",
        languages=[(lang, LANGUAGES.get(lang, lang)) for lang in draft.survey.texts],
        written=written,
        placeholder={lang: written("[company]", lang) for lang in draft.survey.texts},
        preview=f"{HERE}/preview?{draft.query()}",
        longest=LONGEST,
        longest_reason=LONGEST_REASON,
        skins=SKINS,
        causes=CAUSES,
        limits=limits or {name: write(getattr(stored, key.replace(".", "_"))) for name, key in LIMITS.items()},
        wrong=wrong or {},
        zone=company.zone,
        company=company,
    )
    return make_response(html, code)
