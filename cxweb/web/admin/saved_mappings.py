"""Mappings under a name: saved from an upload, handed out as the file that the command line reads, deleted."""

import re

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.delete_mapping import delete_mapping
from cxweb.actions.save_mapping import CannotImport, save_mapping
from cxweb.core.i18n import gettext
from cxweb.uploads.queries import by_id, saved_by_id
from cxweb.web.admin import address, import_steps
from cxweb.web.session import me

HERE = "/admin/imports"


def save(upload_id: int) -> ResponseReturnValue:
    name = address.plain(request.form.get("name", ""))
    try:
        save_mapping(upload_id, name, me())
    except CannotImport as error:
        return import_steps.page(by_id(upload_id), "check", error), 422
    except ValueError:
        return import_steps.page(by_id(upload_id), "check", CannotImport("", "no_name"), typed_name=name), 422
    flash(gettext("Saved as “%(name)s”. The next file is read by it in one step.") % {"name": name}, "done")
    return redirect(f"{HERE}/{upload_id}", 303)


def export(mapping_id: int) -> ResponseReturnValue:
    me().require_whole("settings")
    saved = saved_by_id(mapping_id)
    name = re.sub("[^A-Za-z0-9]+", "-", saved.name).strip("-").lower() or saved.kind
    response = Response(saved.text, mimetype="application/toml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return response


def delete(mapping_id: int) -> ResponseReturnValue:
    delete_mapping(mapping_id, me())
    flash(gettext("The mapping is deleted. What was imported by it stays."), "done")
    return redirect(HERE, 303)
