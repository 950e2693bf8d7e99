"""The form of a new order: what may be left out, and what each field takes."""

from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, Field, SelectField, StringField, TelField, TimeField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from cxweb.company.queries import settings
from cxweb.core.i18n import gettext, languages, lazy
from cxweb.core.recipients import email_address, phone_number
from cxweb.orders.rules import is_ref
from cxweb.ratings.rules import cleaned
from cxweb.web.words import LANGUAGES

TOO_LONG = lazy("This is too long.")
TAKEN = lazy("Another order has this number. Choose another one, or leave it empty.")
# What WTForms says by itself, for the catalogue.
BUILT_IN = (lazy("Not a valid date value."), lazy("Not a valid time value."), lazy("Not a valid choice."))


def plain(text: str | None) -> str:
    """One line as it is stored: NFC, trimmed, without control characters."""
    return " ".join(cleaned(text or "").split())


def line(label: str, longest: int = 200, kind: type[StringField] = StringField) -> StringField:
    return kind(label, filters=[plain], validators=[Length(max=longest, message=TOO_LONG)])


def may_be_empty(_form: FlaskForm, field: Field) -> None:
    """Nothing written is no unreadable date or time; what depends on it is still checked, unlike after Optional."""
    if not field.raw_data or not str(field.raw_data[0]).strip():
        field.errors = []


class NewOrderForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    ref = line(lazy("Order number"), 64)
    name = line(lazy("Name"))
    email = line(lazy("E-mail address"), 254, EmailField)
    phone = line(lazy("Phone number"), 40, TelField)
    language = SelectField(lazy("Language"), default="")
    depot = SelectField(lazy("Depot"), default="")
    driver = SelectField(lazy("Driver"), default="")
    new_driver = line(lazy("Name of a new driver"), 80)
    day = DateField(lazy("Day"), validators=[may_be_empty])
    from_time = TimeField(lazy("Window from"), validators=[may_be_empty])
    to_time = TimeField(lazy("Window until"), validators=[may_be_empty])
    address_line = line(lazy("Street and number"))
    postcode = line(lazy("Postcode"), 20)
    city = line(lazy("Town"), 80)
    notify = SelectField(lazy("Message when the order is completed"), default="")

    def offer(self, depots: list[tuple[str, str]], drivers: list[tuple[str, str]], *, without_depot: bool) -> None:
        """Set what the choices offer to this person."""
        no_depot = [("", gettext("no depot"))] if without_depot else []
        self.depot.choices = _choices([*no_depot, *depots])
        self.driver.choices = _choices([("", gettext("not decided yet")), *drivers])
        known = [(language, LANGUAGES[language]) for language in languages() if language in LANGUAGES]
        self.language.choices = _choices([("", gettext("not known")), *known])
        usual = ("", gettext("as the company has set it"))
        self.notify.choices = _choices([usual, ("none", gettext("none")), ("email", gettext("by e-mail"))])

    def validate_ref(self, field: Field) -> None:
        if field.data and not is_ref(field.data):
            raise ValidationError(lazy("Use letters without accents, digits and . _ : - only."))

    def validate_email(self, field: Field) -> None:
        if field.data and email_address(field.data) is None:
            raise ValidationError(lazy("This is not an e-mail address. It looks like name@example.com."))

    def validate_phone(self, field: Field) -> None:
        if field.data and phone_number(field.data, settings().company_country) is None:
            raise ValidationError(lazy("This is not a phone number. It looks like +33 6 12 34 56 78."))

    def validate_day(self, field: Field) -> None:
        if field.data and not 1970 <= field.data.year <= 9000:
            raise ValidationError(BUILT_IN[0])
        if not field.data and (self.from_time.data or self.to_time.data):
            raise ValidationError(lazy("Choose the day of the window."))

    def validate_to_time(self, field: Field) -> None:
        if self.day.data and not field.data:
            raise ValidationError(lazy("Say until when the order is promised."))
        if field.data and self.from_time.data and field.data <= self.from_time.data:
            raise ValidationError(lazy("The window ends before it begins."))


def _choices(options: list[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in options]
