"""The form of Settings › Messages: which messages go out, when, how often, and how fast."""

from collections.abc import Callable, Mapping

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from cxweb.company.rules import CompanySettings, InvalidCompanySetting, parse
from cxweb.core.i18n import gettext, lazy
from cxweb.web.admin.new_order_form import plain

# A field and the company's setting that is written in it as it stands.
KEYS: Mapping[str, str] = {
    "completed": "notifications.completed",
    "timing": "survey.timing",
    "warm_days": "survey.warm_days",
    "warm_time": "survey.warm_time",
    "sampling": "survey.sampling_percent",
    "per_person": "notifications.per_person_days",
    "reminder": "survey.reminder_days",
    "email_rate": "gateway.email.per_minute",
    "sms_rate": "gateway.sms.per_minute",
    "price": "sms.segment_price",
    "currency": "company.currency",
}
CHOOSE = lazy("Choose one of the list.")
HOURS = lazy("Write both hours, such as 21:00 and 08:00, or leave both empty.")
PROBLEMS: Mapping[str, str] = {
    "completed": CHOOSE,
    "timing": CHOOSE,
    "delay": lazy("Write a whole number; 30 days at the most."),
    "warm_days": lazy("Write a whole number of days from 1 to 60."),
    "warm_time": lazy("Write a time of day such as 10:00."),
    "sampling": lazy("Write a whole number from 0 to 100."),
    "per_person": lazy("Write a whole number of days, 0 for no limit."),
    "reminder": lazy("Write a whole number of days from 0 to 60."),
    "email_rate": lazy("Write a whole number from 0 to 100000."),
    "sms_rate": lazy("Write a whole number from 0 to 100000."),
    "price": lazy("Write a price such as 0.045, or nothing."),
    "currency": lazy("Write a currency of three letters such as EUR."),
}
MINUTES_OF: Mapping[str, int] = {"minutes": 1, "hours": 60}


def text(label: str) -> StringField:
    return StringField(label, filters=[plain])


class MessagesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    completed = SelectField(lazy("When an order is completed, send"), validate_choice=False)
    timing = RadioField(lazy("The rating is asked for"), validate_choice=False)
    delay = text(lazy("Wait after completion"))
    delay_unit = SelectField(lazy("Unit of the wait"), validate_choice=False)
    warm_days = text(lazy("Days after completion"))
    warm_time = text(lazy("At this time of day"))
    reminder = text(lazy("Remind after days"))
    sampling = text(lazy("Customers asked, in per cent"))
    per_person = text(lazy("At most one invitation a person in days"))
    sms_from, sms_to = text(lazy("No SMS from")), text(lazy("until"))
    email_from, email_to = text(lazy("No e-mail from")), text(lazy("until"))
    email_rate = text(lazy("E-mails a minute, at most"))
    sms_rate = text(lazy("SMS a minute, at most"))
    price = StringField(lazy("Price of an SMS segment"), filters=[plain, lambda text: text.replace(",", ".")])
    currency = StringField(lazy("Currency"), filters=[plain, str.upper])

    def offer(self) -> None:
        """Fill the lists, in the reader's language."""
        self.completed.choices = _choices(
            {
                "none": gettext("nothing"),
                "email": gettext("an e-mail"),
                "sms": gettext("an SMS"),
                "both": gettext("an e-mail and an SMS"),
            }
        )
        self.timing.choices = _choices({"hot": gettext("with the completion"), "warm": gettext("some days later")})
        self.delay_unit.choices = _choices({"minutes": gettext("minutes"), "hours": gettext("hours")})

    def changes(self) -> dict[str, str]:
        """Every setting of the page as its text."""
        quiet = {f"notifications.quiet_hours.{channel}": self._quiet(channel) for channel in ("sms", "email")}
        simple = {key: self[name].data or "" for name, key in KEYS.items()}
        return {**simple, **quiet, "notifications.delay_minutes": self._minutes()}

    def _check(self, field: Field) -> None:
        try:
            parse(KEYS[field.name], field.data or "")
        except InvalidCompanySetting:
            raise ValidationError(PROBLEMS[field.name]) from None

    validate_completed = validate_timing = validate_warm_days = validate_warm_time = validate_sampling = _check
    validate_per_person = validate_reminder = validate_email_rate = validate_sms_rate = _check
    validate_price = validate_currency = _check

    def validate_delay(self, field: Field) -> None:
        _refuse(lambda: parse("notifications.delay_minutes", self._minutes()), PROBLEMS["delay"])

    def validate_sms_from(self, field: Field) -> None:
        _refuse(lambda: parse("notifications.quiet_hours.sms", self._quiet("sms")), HOURS)

    def validate_email_from(self, field: Field) -> None:
        _refuse(lambda: parse("notifications.quiet_hours.email", self._quiet("email")), HOURS)

    def _minutes(self) -> str:
        """The wait in minutes; what is no number stays as it is and is refused."""
        number, minutes = self.delay.data or "", MINUTES_OF.get(self.delay_unit.data or "", 1)
        return str(int(number) * minutes) if number.isascii() and number.isdigit() and len(number) < 10 else number

    def _quiet(self, channel: str) -> str:
        start, end = (self[f"{channel}_{side}"].data or "" for side in ("from", "to"))
        return f"{start}-{end}" if start or end else "off"


def stored(company: CompanySettings) -> dict[str, object]:
    """The settings in force as the form shows them."""
    values: dict[str, object] = {name: getattr(company, key.replace(".", "_")) for name, key in KEYS.items()}
    minutes = company.notifications_delay_minutes
    hours = minutes > 0 and minutes % 60 == 0
    values |= {"delay": minutes // 60 if hours else minutes, "delay_unit": "hours" if hours else "minutes"}
    for channel, quiet in (
        ("sms", company.notifications_quiet_hours_sms),
        ("email", company.notifications_quiet_hours_email),
    ):
        start, _, end = ("" if quiet == "off" else quiet).partition("-")
        values |= {f"{channel}_from": start, f"{channel}_to": end}
    # The fields hold texts, as they do when they come back.
    return {name: str(value) for name, value in values.items()}


def _refuse(check: Callable[[], object], problem: str) -> None:
    try:
        check()
    except InvalidCompanySetting:
        raise ValidationError(problem) from None


def _choices(names: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=name) for value, name in names.items()]
