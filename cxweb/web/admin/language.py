"""The switch in the bar: which language the staff's pages speak to this person."""

from flask import redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.choose_language import choose_language
from cxweb.web.admin.guard import safe
from cxweb.web.session import me


def update() -> ResponseReturnValue:
    choose_language(request.form.get("language", ""), me())
    return redirect(safe(request.form.get("next", "")), 303)
