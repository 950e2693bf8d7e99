"""The URL table of the JSON API: each address, the scope its key needs, and the view."""

from collections.abc import Callable

from flask import Blueprint
from werkzeug.wrappers import Response

from cxweb.web.api import metrics, orders, proof
from cxweb.web.api.keys import needs

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def _rule(path: str, method: str, scope: str, view: Callable[..., Response]) -> None:
    blueprint.add_url_rule(path, view.__name__, needs(scope, view), methods=[method])


_rule("/orders/<ref>", "PUT", "orders", orders.save_order)
_rule("/orders/<ref>", "GET", "read", orders.show_order)
_rule("/orders/<ref>/status", "POST", "orders", orders.change_status)
_rule("/orders/<ref>/proof", "POST", "orders", proof.save)
_rule("/metrics/feedback", "GET", "metrics", metrics.feedback)
