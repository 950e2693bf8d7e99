"""The words of e-mails to the staff: a saved report's figures of a week or month, and that a file is ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from css_inline import CSSInliner
from flask import render_template

from cxweb.analytics.rules import Feedback, Mean, Promoters, Share
from cxweb.company.rules import CompanySettings
from cxweb.core.i18n import days, gettext, known, language, moment, ngettext, number, percent, signed, speaking
from cxweb.core.senders.protocol import Message, one_line
from cxweb.reports.filters import query_of


@dataclass(frozen=True)
class ReportFacts:
    """What a report's mail takes of its row: who reads it, and which days it is about."""

    ref: str
    recipient: str
    language: str | None
    name: str
    # The report's filters as its address has them.
    saved: Mapping[str, Sequence[str]]
    starts: date
    ends: date
    depot_name: str | None
    # What else restricts the figures, in words: a depot of the filter takes the place of the whole company.
    about: Sequence[str] = ()


@dataclass(frozen=True)
class Line:
    """One figure: its value, what it is made of, and its value the time before."""

    title: str
    value: str
    basis: str
    before: str


def report(facts: ReportFacts, figures: Feedback, before: Feedback, company: CompanySettings, base_url: str) -> Message:
    """The mail in the reader's language, else the company's, with the address of the same figures."""
    with speaking(known(facts.language) or company.company_language):
        dates = {"from": [facts.starts.isoformat()], "to": [facts.ends.isoformat()]}
        values: dict[str, Any] = {
            "name": one_line(facts.name),
            "days": days(facts.starts, facts.ends),
            "place": _place(facts),
            "lines": _lines(figures, before),
            "monthly": facts.starts.day == 1 and (facts.ends - facts.starts).days > 6,
            "link": f"{base_url}/admin/analytics/feedback?{query_of({**facts.saved, **dates})}",
            "settings_link": f"{base_url}/admin/reports",
        }
        return _message("report", facts.ref, facts.recipient, company, values)


def export_ready(
    ref: str, recipient: str, asked_in: str, link: str, expires_at: datetime, company: CompanySettings
) -> Message:
    """The mail that says a file can be fetched; the address opens only to its reader, signed in."""
    with speaking(known(asked_in) or company.company_language):
        return _message(
            "export_ready", ref, recipient, company, {"link": link, "until": moment(expires_at, company.zone)}
        )


def _message(name: str, ref: str, recipient: str, company: CompanySettings, values: dict[str, Any]) -> Message:
    shown = {**values, "company": one_line(company.shown_name)}
    subject = one_line(render_template(f"messages/{name}/subject.txt", **shown))
    return Message(
        ref=ref,
        channel="email",
        recipient=recipient,
        from_name=company.shown_name,
        subject=subject,
        text=render_template(f"messages/{name}/body.txt", **shown).strip() + "\n",
        html=_inliner().inline(render_template(f"messages/{name}/body.html", subject=subject, **shown)),
        language=language(),
    )


def _place(facts: ReportFacts) -> str:
    """What the figures are of: the reader's part of the company, and what the report's filters leave of it."""
    whole = [facts.depot_name or gettext("all depots")]
    return one_line(", ".join([*([] if facts.saved.get("depot") else whole), *facts.about]))


def _lines(now: Feedback, before: Feedback) -> list[Line]:
    """The main figures; a question that nobody was asked, now or before, has no line."""
    lines = [_mean(gettext("Overall rating"), now.stars, before.stars)]
    if now.eligible is not None and now.rated is not None:
        counted = {"rated": number(now.rated), "eligible": number(now.eligible)}
        basis = gettext("%(rated)s rated of %(eligible)s to be rated") % counted
        rate = gettext("Response rate")
        lines.append(Line(rate, percent(now.response_rate), basis, percent(before.response_rate)))
    lines.append(_share(gettext("CSAT"), now.csat, before.csat))
    if now.nps.n or before.nps.n:
        lines.append(_promoters(gettext("NPS"), now.nps, before.nps))
        lines.append(_share(gettext("Ultra-detractors"), now.tud, before.tud))
    if now.nps_stars.n or before.nps_stars.n:
        lines.append(_promoters(gettext("NPS (stars)"), now.nps_stars, before.nps_stars))
    if now.ces.n or before.ces.n:
        lines.append(_mean(gettext("CES"), now.ces, before.ces))
    return lines


def _mean(title: str, now: Mean, before: Mean) -> Line:
    value = gettext("%(value)s of 5") % {"value": number(now.mean, 1)} if now.n else number(None)
    return Line(title, value, _basis(now.n, number(now.low, 1), number(now.high, 1)), number(before.mean, 1))


def _share(title: str, now: Share, before: Share) -> Line:
    return Line(title, percent(now.value), _basis(now.n, percent(now.low), percent(now.high)), percent(before.value))


def _promoters(title: str, now: Promoters, before: Promoters) -> Line:
    return Line(title, signed(now.value), _basis(now.n, signed(now.low), signed(now.high)), signed(before.value))


def _basis(n: int, low: str, high: str) -> str:
    """How many answers, and the interval where there is one."""
    answers = ngettext("%(n)s answer", "%(n)s answers", n) % {"n": number(n)}
    if low == number(None):
        return answers
    return answers + ", " + gettext("%(low)s to %(high)s, 95%% sure") % {"low": low, "high": high}


@cache
def _inliner() -> CSSInliner:
    # Rules under @media cannot be inlined: they stay in the head, for readers that know the dark.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
