"""Settings › Messages › Texts: one text of the messages beside what the customer will read."""

import secrets
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import Response, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import actor_names
from cxweb.actions.edit_wording import EditedMeanwhile, edit_wording
from cxweb.actions.send_test_message import TooManyTests, Trial, send_test_message
from cxweb.company.queries import settings
from cxweb.core.i18n import gettext
from cxweb.core.recipients import email_address, phone_number
from cxweb.core.senders.protocol import Accepted, InDoubt
from cxweb.core.sms import replacement
from cxweb.notifications.messages import own_text
from cxweb.web.admin.address import plain
from cxweb.web.admin.settings_messages_preview import asked_slot, example, in_force, sent_text, weigh
from cxweb.web.admin.settings_messages_words import TAG_WORDS, TEXT_KINDS, WHEN, problem_words
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import LANGUAGES, actor_word
from cxweb.wordings.queries import history, number_in_force
from cxweb.wordings.rules import (
    CHANNELS,
    KINDS,
    TAGS,
    InvalidWording,
    MessageText,
    Problem,
    Slot,
    checked,
    name_in,
    normal,
    written,
)

HERE = "/admin/settings/messages/wording"


@dataclass(frozen=True)
class Draft:
    """A text as the editor holds it, the version it was written over, what is wrong, and what a test came to."""

    slot: Slot
    text: MessageText
    based_on: int
    problems: list[Problem] = field(default_factory=list)
    phone: str = ""
    phone_error: str = ""
    notice: tuple[str, str] | None = None


def edit() -> ResponseReturnValue:
    slot = asked_slot()
    return _page(Draft(slot, in_force(slot), number_in_force()))


def update() -> ResponseReturnValue:
    draft = _sent()
    if "replace" in request.form:
        return _page(_with_replacement(draft, request.form["replace"]))
    if "preview" in request.form:
        return _page(draft)
    try:
        text = checked(draft.text, draft.slot.channel)
    except InvalidWording as error:
        return _page(replace(draft, problems=error.problems), 422)
    if "test" in request.form:
        return _test(draft)
    problem = gettext("Somebody has saved another version meanwhile. Save again to put yours in its place.")
    return _save(draft, text, problem)


def restore() -> ResponseReturnValue:
    """The product's own text again; where somebody was faster, theirs is shown first."""
    draft = _sent()
    problem = gettext("Somebody has saved another version meanwhile: this is it. Restore again if you still want to.")
    return _save(replace(draft, text=in_force(draft.slot)), None, problem)


def _save(draft: Draft, text: MessageText | None, problem: str) -> ResponseReturnValue:
    """Store the text; `problem` is what to say where somebody has stored another meanwhile."""
    try:
        changed = edit_wording(draft.slot, text, draft.based_on, me())
    except EditedMeanwhile:
        return _page(replace(draft, based_on=number_in_force(), notice=("error", problem)), 409)
    saved = gettext("Saved. Messages queued from now on use it; those already waiting keep theirs.")
    flash(saved if changed else gettext("Nothing differs from the text in force, so nothing was saved."), "done")
    return redirect(address(draft.slot), 303)


def _test(draft: Draft) -> Response:
    """Send the text as it stands in the form to whoever is signed in, or to the number they typed."""
    sms = draft.slot.channel == "sms"
    to = phone_number(draft.phone, settings().company_country) if sms else email_address(me().email)
    if to is None and sms:
        return _page(replace(draft, phone_error=gettext("This is no phone number we can send to.")), 422)
    if to is None:
        notice = "error", gettext("Your own e-mail address is none we can send to.")
        return _page(replace(draft, notice=notice), 422)
    message = replace(example(draft.slot, draft.text, to), ref=f"test:{secrets.token_hex(8)}")
    try:
        notice = _told(send_test_message(message, me()), to)
    except TooManyTests:
        notice = "error", gettext("Ten tests in an hour are enough. Try again later.")
        return _page(replace(draft, notice=notice), 429)
    return _page(replace(draft, notice=notice))


def _told(trial: Trial, to: str) -> tuple[str, str]:
    """Look and words of what became of a test."""
    if trial.stayed:
        return "wait", gettext("No gateway is set for this, so nothing left this machine. The preview is the message.")
    if isinstance(trial.outcome, Accepted):
        return "done", gettext("The gateway took the test for %(to)s. Its links lead to no order.") % {"to": to}
    if isinstance(trial.outcome, InDoubt):
        said = gettext("The gateway did not say whether it took the test (%(why)s). It may still arrive.")
        return "wait", said % {"why": trial.outcome.why}
    return "error", gettext("The gateway refused the test: %(why)s") % {"why": trial.outcome.why}


def address(slot: Slot, page: str = "") -> str:
    """The editor of a text, or another of its pages."""
    return f"{HERE}{page}?{urlencode(slot._asdict())}"


def _sent() -> Draft:
    based_on = request.form.get("based_on", "")
    number = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 10 else -1
    return Draft(asked_slot(), sent_text(), number, phone=plain(request.form.get("phone", ""))[:40])


def _with_replacement(draft: Draft, char: str) -> Draft:
    """The draft with a dear character replaced; tags are in their stored form, so none of them is touched."""
    text = normal(draft.text, draft.slot.channel)
    body = text.body.replace(char, replacement(char)) if len(char) == 1 else text.body
    return replace(draft, text=replace(text, body=body))


def _page(draft: Draft, code: int = 200) -> Response:
    slot, message = draft.slot, example(draft.slot, draft.text)
    versions = history(slot)
    names = actor_names([version.by for version in versions])
    html = render(
        "admin/settings/messages_wording.html",
        draft=draft,
        slot=slot,
        text=MessageText(*(written(part, slot.language) for part in (draft.text.subject, draft.text.body))),
        saved=normal(draft.text, slot.channel) == in_force(slot),
        own=in_force(slot) == own_text(slot),
        message=message,
        weight=weigh(message, draft.text) if slot.channel == "sms" else None,
        problems=_problems(draft.problems),
        tags=[(f"[{name_in(tag, slot.language)}]", TAG_WORDS[tag]) for tag in TAGS],
        opts_out="[opt-out]" in normal(draft.text, slot.channel).body,
        versions=[(version, actor_word(version.by, names)) for version in versions],
        tabs=_tabs(slot),
        kinds=TEXT_KINDS,
        when=WHEN[slot.kind],
        address=address,
        written=written,
        zone=settings().zone,
        currency=settings().company_currency,
    )
    return make_response(html, code)


def _problems(found: list[Problem]) -> dict[str, list[str]]:
    """What is wrong, by the field it stands beside."""
    words: dict[str, list[str]] = {}
    for problem in found:
        words.setdefault(problem.part, []).append(problem_words(problem))
    return words


def _tabs(slot: Slot) -> dict[str, list[tuple[str, str]]]:
    """The addresses of the same text's other kinds, channels and languages, with the values they have there."""
    return {
        "kind": [(address(slot._replace(kind=kind)), kind) for kind in KINDS],
        "channel": [(address(slot._replace(channel=channel)), channel) for channel in CHANNELS],
        "language": [(address(slot._replace(language=code)), code) for code in LANGUAGES],
    }
