"""What the company does with its customers' data, in words."""

from flask import render_template

from cxweb.company.queries import settings
from cxweb.core.i18n import language
from cxweb.web.company_words import company_words
from cxweb.web.errors import choose_language


def show() -> str:
    choose_language()
    return render_template("public/privacy.html", company=company_words(settings(), language()))
