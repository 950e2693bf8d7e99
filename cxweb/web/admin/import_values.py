"""Reads what a person says of a file's values from the form: formats of dates, words of statuses, defaults."""

from zoneinfo import ZoneInfo, available_timezones

from werkzeug.datastructures import MultiDict

from cxweb.web.admin import address

# As many shapes of dates and words of statuses as a page asks for.
MOST = 40
DEFAULTS = ("channel", "notify", "status")
Said = tuple[str, list[str], dict[str, str], dict[str, str]]


def said(form: MultiDict[str, str]) -> Said | None:
    """Zone, formats, statuses by word, defaults; None where a kind of date was left without its reading."""
    formats = []
    for number in range(MOST):
        if f"shape-{number}" not in form:
            break
        chosen = form.get(f"format-{number}", "")
        if chosen == "other":
            chosen = form.get(f"own-{number}", "").strip()
        if not chosen:
            return None
        if chosen != "none":
            formats.append(chosen)
    statuses = {
        form[f"word-{number}"]: form[f"status-{number}"]
        for number in range(MOST)
        if form.get(f"word-{number}") and form.get(f"status-{number}")
    }
    defaults = {name: value for name in DEFAULTS if (value := form.get(f"default-{name}", ""))}
    return address.plain(form.get("timezone", "")), formats, statuses, defaults


def zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))


def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)
