"""What the company does with its customers' data, in words: its own, or what the product does."""

from flask import render_template

from cxweb.company.queries import settings
from cxweb.core.i18n import language
from cxweb.privacy.queries import notice
from cxweb.privacy.rules import paragraphs
from cxweb.web.company_words import company_words
from cxweb.web.errors import choose_language


def show() -> str:
    choose_language()
    company = settings()
    return render_template(
        "public/privacy.html",
        company=company_words(company, language()),
        own=paragraphs(notice(language()) or ""),
        contact_days=company.retention_contact_days,
        words_months=company.retention_words_months,
    )
