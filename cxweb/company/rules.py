"""The company's settings: keys, defaults, and how each is written and read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

LOGO_KEY = "company.logo"
NOTIFY_CHOICES = ("none", "email", "sms", "both")
WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
QUIET = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class InvalidCompanySetting(ValueError):
    """A key or value the company's settings do not take; the text says which and why."""


@dataclass(frozen=True)
class CompanySettings:
    """What a company sets for itself; a field `tracking_enabled` is the key `tracking.enabled`."""

    company_name: str = ""
    company_timezone: str = "Europe/Paris"
    company_country: str = "FR"
    company_language: str = "fr"
    company_contact: str = ""
    tracking_enabled: bool = True
    feedback_enabled: bool = True
    notifications_completed: str = "none"
    notifications_delay_minutes: int = 0
    notifications_quiet_hours_sms: str = "21:00-08:00"
    notifications_quiet_hours_email: str = "off"
    notifications_per_person_days: int = 0
    survey_timing: str = "hot"
    survey_warm_days: int = 3
    survey_warm_time: str = "10:00"
    survey_reminder_days: int = 0
    survey_sampling_percent: int = 100
    survey_correction_hours: int = 24
    survey_closing_days: int = 0
    gateway_email_per_minute: int = 0
    gateway_sms_per_minute: int = 0
    sms_segment_price: str = ""
    company_currency: str = "EUR"
    alerts_low_rating: int = 0
    alerts_daily_cap: int = 20
    drivers_ranking: bool = False
    drivers_least: int = 10
    drivers_months: int = 12
    # How long the files of imports are kept, with their reports and what undoing them takes.
    imports_keep_days: int = 7
    # What one key of the API may ask.
    api_per_minute: int = 12_000
    # Where the 0–10 question is not asked: promoters from so many stars on, detractors up to so many.
    figures_nps_stars: str = "5-3"
    # Whether files handed out name drivers by a code that only this installation can trace back.
    drivers_pseudonyms: bool = False
    retention_contact_days: int = 90
    retention_words_months: int = 24
    retention_logs_months: int = 12
    # The networks the company's own staff posts from: a rating that comes from one is marked.
    protection_own_addresses: str = ""
    accounts_second_step: str = "nobody"
    sessions_idle_minutes: int = 240
    sessions_hours: int = 12
    company_colour: str = ""
    company_public_review_url: str = ""
    # The stored logo's digest, width and height. Not a key: only a file sets it.
    company_logo: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone periods are cut in."""
        return ZoneInfo(self.company_timezone)

    @property
    def nps_stars(self) -> tuple[int, int]:
        """From how many stars on an answer counts as a promoter's, and up to how many as a detractor's."""
        promoters, detractors = self.figures_nps_stars.split("-")
        return int(promoters), int(detractors)

    def zone_named(self, name: str | None) -> ZoneInfo:
        """A depot's own zone; the company's where it has none, or one that this machine's data no longer knows."""
        try:
            return ZoneInfo(name) if name else self.zone
        except (ZoneInfoNotFoundError, ValueError):
            return self.zone

    def drivers_since(self, now: datetime) -> date:
        """The first day whose figures of single drivers are still kept; earlier ones are the depot's only."""
        today = now.astimezone(self.zone).date()
        years, month = divmod(today.year * 12 + today.month - 1 - self.drivers_months, 12)
        return date(years, month + 1, min(today.day, 28))

    def is_own_address(self, address: str) -> bool:
        """Whether the address is one of the company's own."""
        if not self.protection_own_addresses:
            return False
        try:
            asked = ip_address(address)
        except ValueError:
            return False
        return any(asked in ip_network(network) for network in self.protection_own_addresses.split())

    @property
    def shown_name(self) -> str:
        """The name customers read; a neutral mark until the company has set one."""
        return self.company_name or "cxweb"


def _text(longest: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        text = text.strip()
        if len(text) > longest or not text.isprintable():
            raise ValueError(f"takes one line of at most {longest} characters")
        return text

    return parse


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("takes a time zone such as Europe/Paris")
    return text


def _country(text: str) -> str:
    if not re.fullmatch("[A-Z]{2}", text):
        raise ValueError("takes a country code of two capital letters such as FR")
    return text


def _language(text: str) -> str:
    # Which languages there are is known where the catalogues are: the action that changes settings asks there.
    if not re.fullmatch("[a-z]{2,3}", text):
        raise ValueError("takes a language such as fr")
    return text


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"takes one of {', '.join(allowed)}")
        return text

    return parse


def _switch(text: str) -> bool:
    return _choice("on", "off")(text) == "on"


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"takes a whole number from {least} to {most}")
        return int(text)

    return parse


def _wall_time(text: str) -> str:
    if not WALL_TIME.fullmatch(text):
        raise ValueError("takes a time of day such as 10:00")
    return text


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError("takes a currency code of three capital letters such as EUR")
    return text


def _price(text: str) -> str:
    if text and not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", text):
        raise ValueError("takes a price such as 0.045, or nothing")
    return text


def _quiet(text: str) -> str:
    if text != "off" and not QUIET.fullmatch(text):
        raise ValueError("takes off, or hours such as 21:00-08:00")
    return text


def _colour(text: str) -> str:
    if text and not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError("takes a colour such as #0f5c4d, or nothing")
    return text.lower()


def _web_page(text: str) -> str:
    if text and not re.fullmatch(r"https://[^\s/?#@]+\.[^\s/?#@]+(?:[/?#]\S*)?", text):
        raise ValueError("takes the address of a page that begins with https://, or nothing")
    return _text(500)(text)


def _networks(text: str) -> str:
    """Addresses and networks with spaces or commas between them, as they are stored: each once, with spaces."""
    try:
        found = [str(ip_network(part, strict=False)) for part in text.replace(",", " ").split()]
    except ValueError:
        raise ValueError("takes addresses and networks such as 203.0.113.7 or 2001:db8::/48") from None
    if len(found) > 50:
        raise ValueError("takes at most 50 networks")
    return " ".join(dict.fromkeys(found))


PARSERS: Mapping[str, Callable[[str], str | bool | int]] = {
    "company.name": _text(80),
    "company.timezone": _zone,
    "company.country": _country,
    "company.language": _language,
    "company.contact": _text(200),
    "tracking.enabled": _switch,
    "feedback.enabled": _switch,
    "notifications.completed": _choice(*NOTIFY_CHOICES),
    "notifications.delay_minutes": _whole(0, 43_200),
    "notifications.quiet_hours.sms": _quiet,
    "notifications.quiet_hours.email": _quiet,
    "notifications.per_person_days": _whole(0, 3_650),
    "survey.timing": _choice("hot", "warm"),
    "survey.warm_days": _whole(1, 60),
    "survey.warm_time": _wall_time,
    "survey.reminder_days": _whole(0, 60),
    "survey.sampling_percent": _whole(0, 100),
    "survey.correction_hours": _whole(0, 8_760),
    "survey.closing_days": _whole(0, 3_650),
    "gateway.email.per_minute": _whole(0, 100_000),
    "gateway.sms.per_minute": _whole(0, 100_000),
    "sms.segment_price": _price,
    "company.currency": _currency,
    "alerts.low_rating": _whole(0, 4),
    "alerts.daily_cap": _whole(1, 1_000),
    "drivers.ranking": _switch,
    "drivers.least": _whole(10, 1_000),
    "drivers.months": _whole(1, 120),
    "imports.keep_days": _whole(1, 365),
    "api.per_minute": _whole(60, 1_000_000),
    "figures.nps_stars": _choice("5-3", "5-2", "5-4", "4-3", "4-2"),
    "drivers.pseudonyms": _switch,
    "retention.contact_days": _whole(1, 3_650),
    "retention.words_months": _whole(1, 120),
    "retention.logs_months": _whole(12, 120),
    "protection.own_addresses": _networks,
    "accounts.second_step": _choice("nobody", "admins", "everybody"),
    "sessions.idle_minutes": _whole(5, 1_440),
    "sessions.hours": _whole(1, 168),
    "company.colour": _colour,
    "company.public_review_url": _web_page,
}


def field_of(key: str) -> str:
    """The field of CompanySettings that a key sets; raises InvalidCompanySetting for an unknown key."""
    if key not in PARSERS:
        raise InvalidCompanySetting(f"{key} is not a company setting. Known ones: {', '.join(PARSERS)}.")
    return key.replace(".", "_")


def parse(key: str, text: str) -> str | bool | int:
    """The value a text stands for; raises InvalidCompanySetting with a sentence that names the key."""
    field_of(key)
    try:
        return PARSERS[key](text)
    except ValueError as error:
        raise InvalidCompanySetting(f"{key} {error}.") from None


def write(value: str | bool | int) -> str:
    """A value as text, the inverse of parse()."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def from_stored(rows: Mapping[str, str]) -> CompanySettings:
    """The settings in force: the stored texts over the defaults. A key this version does not know is left aside."""
    values = {field_of(key): parse(key, text) for key, text in rows.items() if key in PARSERS}
    return CompanySettings(**values, company_logo=rows.get(LOGO_KEY, ""))  # type: ignore[arg-type]  # parse() gives each field its own type


def with_email(notify: str) -> str:
    """`none`, `email`, `sms` or `both` with e-mail added."""
    return {"none": "email", "sms": "both"}.get(notify, notify)


def without_email(notify: str) -> str:
    """`none`, `email`, `sms` or `both` with e-mail taken away."""
    return {"email": "none", "both": "sms"}.get(notify, notify)
