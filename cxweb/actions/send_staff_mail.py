"""Sends one e-mail to the staff: claim it with a lease, call the gateway with no transaction open, finish it."""

import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

from flask import current_app

from cxweb.actions.steps.reach_staff import reach_staff
from cxweb.actions.steps.staff_mail_lease import MailLease, ReportNews, claim_mail, finish_mail
from cxweb.analytics.filters import read
from cxweb.analytics.queries import feedback
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.i18n import known, speaking
from cxweb.core.senders.protocol import Message
from cxweb.notifications.rules import TIME_OUT
from cxweb.reports.messages import ReportFacts, export_ready, report
from cxweb.reports.queries import described
from cxweb.reports.rules import before_it

A_DAY = timedelta(days=1)


def send_staff_mail(mail_id: int) -> None:
    """Send the mail if it is due and its reader may still have it; what becomes of it is written on its row."""
    until = time.monotonic() + TIME_OUT.total_seconds()
    with transaction():
        lease = claim_mail(mail_id, clock.now())
    if lease is None:
        return
    outcome = reach_staff(lease.key, lease.to.email, lambda: _built(lease), until, in_doubt=lease.in_doubt)
    with transaction():
        finish_mail(lease, outcome, clock.now())


def _built(lease: MailLease) -> Message:
    """The mail as its reader sees the figures now: in their language and perimeter."""
    company, base_url, to, news = settings_now(), current_app.config["CXWEB"].base_url, lease.to, lease.news
    if not isinstance(news, ReportNews):
        link = f"{base_url}/admin/analytics/feedback/exports/{news.export_id}"
        return export_ready(lease.key, to.email, news.language, link, news.expires_at, company)
    saved = parse_qs(news.query)
    chosen = replace(read(saved), start=news.starts, end=news.ends)
    before = replace(chosen, start=before_it(news.starts, news.ends), end=news.starts - A_DAY)
    figures, earlier = feedback(chosen, to.perimeter), feedback(before, to.perimeter)
    with speaking(known(to.language) or company.company_language):
        about = tuple(described(chosen, to.perimeter))
    facts = ReportFacts(
        lease.key, to.email, to.language, news.name, saved, news.starts, news.ends, to.depot_name, about
    )
    return report(facts, figures, earlier, company, base_url)
