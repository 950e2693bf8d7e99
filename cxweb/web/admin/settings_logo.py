"""Settings › Company: the logo's file, in and out."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.change_logo import change_logo
from cxweb.core.i18n import gettext
from cxweb.core.pictures import NotAPicture
from cxweb.web.session import me

HERE = "/admin/settings/company"


def update() -> ResponseReturnValue:
    if "remove" in request.form:
        change_logo(None, me())
        flash(gettext("The logo is gone. Customers read the company’s name instead."), "done")
        return redirect(HERE, 303)
    file = request.files.get("logo")
    content = file.read() if file else b""
    try:
        change_logo(content, me())
    except NotAPicture:
        flash(gettext("This is not a PNG, JPEG, WebP or GIF picture. Nothing was changed."), "error")
    else:
        flash(gettext("Saved. Customers see the logo now."), "done")
    return redirect(HERE, 303)
