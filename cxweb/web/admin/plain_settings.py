"""A settings page of whole numbers and a switch: all are stored, or none where a number is out of its bounds."""

from collections.abc import Iterable

from flask import flash, request

from cxweb.actions.change_settings import change_settings
from cxweb.company.queries import settings_now
from cxweb.company.rules import InvalidCompanySetting, write
from cxweb.core.i18n import gettext, lazy
from cxweb.web.session import me

OUT_OF_BOUNDS = lazy("Nothing was stored yet: write whole numbers within the limits given.")


def save(numbers: Iterable[str], switch: str) -> dict[str, str] | None:
    """Store what the form sent; None where that is done, else what was sent, to be shown again with OUT_OF_BOUNDS."""
    changes = {key: request.form.get(key, "").strip() for key in numbers}
    changes[switch] = "on" if switch in request.form else "off"
    try:
        change_settings(changes, me())
    except InvalidCompanySetting:
        return changes
    flash(gettext("Saved. It is in force now."), "done")
    return None


def stored(keys: Iterable[str]) -> dict[str, str]:
    """The values in force, as a form writes them."""
    company = settings_now()
    return {key: write(getattr(company, key.replace(".", "_"))) for key in keys}
