"""Settings › Company: the name customers read, the language, the zone days are cut in, the country, the contact."""

from zoneinfo import available_timezones

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from cxweb.actions.change_settings import change_settings
from cxweb.company.queries import settings_now
from cxweb.company.rules import InvalidCompanySetting, parse
from cxweb.core.colours import DARK, LIGHT, Accent, accent_on, contrast
from cxweb.core.i18n import gettext, languages, lazy, locale
from cxweb.web.admin.new_order_form import TOO_LONG, plain
from cxweb.web.company_words import logo_of
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import LANGUAGES

NAMES = ("name", "language", "timezone", "country", "contact", "colour")
PROBLEMS = {
    "name": TOO_LONG,
    "contact": TOO_LONG,
    "timezone": lazy("Choose a time zone of the list, such as Europe/Paris."),
    "country": lazy("Choose a country of the list."),
    "colour": lazy("Write a colour such as #0f5c4d."),
    "language": lazy("Choose a language of the list."),
}


class CompanyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    name = StringField(lazy("Name of the company"), filters=[plain])
    language = SelectField(lazy("Language"), validate_choice=False)
    timezone = StringField(lazy("Time zone"), filters=[plain])
    country = SelectField(lazy("Country"), validate_choice=False)
    contact = StringField(lazy("Contact for customers"), filters=[plain])
    colour = StringField(lazy("Colour"), filters=[plain])

    def offer(self) -> None:
        self.language.choices = [SelectChoice(value=code, label=name) for code, name in LANGUAGES.items()]
        names = {code: name for code, name in locale().territories.items() if len(code) == 2 and code.isalpha()}
        by_name = sorted(names.items(), key=lambda pair: pair[1])
        self.country.choices = [SelectChoice(value=code, label=name) for code, name in by_name]

    def _check(self, field: Field) -> None:
        try:
            parse(f"company.{field.name}", field.data or "")
        except InvalidCompanySetting:
            raise ValidationError(PROBLEMS[field.name]) from None

    def validate_language(self, field: Field) -> None:
        if field.data not in languages():
            raise ValidationError(PROBLEMS["language"])

    validate_name = validate_timezone = validate_country = validate_contact = validate_colour = _check


def edit() -> ResponseReturnValue:
    company = settings_now()
    return _page(CompanyForm(data={name: getattr(company, f"company_{name}") for name in NAMES}))


def update() -> ResponseReturnValue:
    form = CompanyForm()
    if not form.validate():
        return _page(form), 422
    change_settings({f"company.{name}": form[name].data or "" for name in NAMES}, me())
    flash(gettext("Saved. It is in force now."), "done")
    return redirect("/admin/settings/company", 303)


def _page(form: CompanyForm) -> str:
    form.offer()
    company = settings_now()
    return render(
        "admin/settings/company.html",
        form=form,
        zones=sorted(available_timezones()),
        logo=logo_of(company.company_logo),
        shades=_shades(company.company_colour),
    )


def _shades(colour: str) -> list[tuple[str, Accent, float | None]]:
    """A ground, what the colour becomes on it, and the contrast that it would have had where it had to be adjusted."""
    found = []
    for grounds in (LIGHT, DARK) if colour else ():
        shade = accent_on(colour, grounds)
        least = min(contrast(colour, ground) for ground in (*grounds, shade.soft))
        found.append((grounds[1], shade, least if shade.accent != colour else None))
    return found
