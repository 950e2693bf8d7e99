"""The URL table of the staff's pages: every row names the act that opens it, and none is open by omission."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from cxweb.notifications.queries import UnknownMessage
from cxweb.orders.rules import UnknownOrder
from cxweb.web.admin import language, login
from cxweb.web.admin.guard import ANYONE, View, guarded
from cxweb.web.errors import page

blueprint = Blueprint("admin", __name__)
# Which act opens an endpoint.
DECISIONS: dict[str, str] = {}


def rule(path: str, view: View, *, act: str, method: str = "GET") -> None:
    endpoint = f"{view.__module__.rsplit('.', 1)[1]}_{view.__name__}"
    DECISIONS[f"admin.{endpoint}"] = act
    blueprint.add_url_rule(path, endpoint, guarded(view, act), methods=[method])


def root() -> ResponseReturnValue:
    return redirect("/admin/", 303)


rule("/", root, act=ANYONE)
rule("/login", login.show, act=ANYONE)
rule("/login", login.create, act=ANYONE, method="POST")
rule("/logout", login.delete, act=ANYONE, method="POST")
rule("/admin/language", language.update, act="figures", method="POST")

for unknown in (UnknownOrder, UnknownMessage):
    blueprint.register_error_handler(unknown, lambda _error: page(404))
