"""The URL table of the JSON API: each address with the scope its key needs, what it takes and gives, and the view."""

from collections.abc import Callable

from flask import Blueprint, Response

from cxweb.web.api import answers, bulk, files, metrics, orders, proof, ratings, schemas
from cxweb.web.api.keys import guarded
from cxweb.web.api.operations import Operation
from cxweb.web.api.reference import described

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

ORDER = {
    "customer": {"ref": "C-17", "name": "Zoé Martin", "email": "zoe@example.com", "language": "fr"},
    "depot": "LYON",
    "drivers": [{"ref": "D-3", "name": "Hugo Marchand"}],
    "promised_from": "2026-11-17T14:00:00+01:00",
    "promised_to": "2026-11-17T16:00:00+01:00",
    "notify": "email",
}

OPERATIONS = (
    Operation(
        "/orders/<ref>",
        "PUT",
        "orders",
        orders.save_order,
        "Bring in an order, or change it",
        {200: answers.OrderShown, 201: answers.OrderShown},
        "An absent field is kept, a null one is cleared; unknown depots and drivers are created. Once the order is "
        "completed, drivers, depot, channel and tags are fixed (409).",
        body=schemas.OrderSchema,
        example=ORDER,
        refusals=(404, 409, 413, 415),
    ),
    Operation(
        "/orders/bulk",
        "POST",
        "orders",
        bulk.save_bulk,
        "Bring in up to 1,000 orders",
        {200: answers.OutcomesShown},
        "Each order is taken or refused by itself, as a PUT of it alone would be; the good ones are kept.",
        body=schemas.BulkSchema,
        example={"orders": [{"ref": "A-4821", **ORDER}, {"ref": "A-4822", "depot": "LYON"}]},
        refusals=(409, 413, 415),
        longest_body=bulk.LONGEST_BODY,
    ),
    Operation(
        "/imports",
        "POST",
        "orders",
        files.import_file,
        "Bring in a file",
        {200: files.FileShown},
        "A CSV file of orders or ratings, read by a mapping that was saved under a name in the browser. It may be sent "
        "again: rows that say what is known already change nothing.",
        body=files.FileSchema,
        example={"mapping": "Orders of the day", "content": "cmVmCkEtNDgyMQo=", "dry_run": True},
        refusals=(404, 413, 415),
        longest_body=files.LONGEST_BODY,
    ),
    Operation(
        "/orders/<ref>/status",
        "POST",
        "orders",
        orders.change_status,
        "Tell how far an order is",
        {200: answers.OrderShown},
        "Any later status may be jumped to; failed may be planned again; a completed order is reopened by arrived with "
        "a reason. The same status again changes nothing. Completing sends the customer's message, once.",
        body=schemas.StatusSchema,
        example={"status": "completed"},
        refusals=(404, 409, 413, 415),
    ),
    Operation(
        "/orders/<ref>/proof",
        "POST",
        "orders",
        proof.save_proof,
        "Send what proves a delivery",
        {200: answers.OrderShown},
        "A photo, a signature, a note, or several of them; what is not sent stays as it was.",
        body=proof.ProofSchema,
        example={"note": "Left at the door, as agreed"},
        form=True,
        refusals=(404, 409, 413, 415),
        longest_body=proof.LONGEST_BODY,
    ),
    Operation(
        "/orders/<ref>",
        "GET",
        "read",
        orders.show_order,
        "See how an order stands",
        {200: answers.OrderShown},
        "With its rating and its messages.",
        refusals=(404,),
    ),
    Operation(
        "/ratings",
        "GET",
        "read",
        ratings.list_ratings,
        "List ratings",
        {200: answers.RatingsShown},
        "The ratings that figures with the same filters count.",
        query=schemas.RatingsQuery,
    ),
    Operation(
        "/events",
        "GET",
        "read",
        ratings.list_events,
        "Follow new ratings",
        {200: answers.EventsShown},
        "Each rating once, none missed, in the order in which they came in: ask with the last answer's next_cursor.",
        query=schemas.EventsQuery,
    ),
    Operation(
        "/metrics/feedback",
        "GET",
        "metrics",
        metrics.feedback,
        "Read figures",
        {200: answers.FeedbackShown},
        "The figures of the report, from the same place. Filters on answers leave completed, eligible, rated and the "
        "response rate null.",
        query=schemas.FeedbackQuery,
    ),
)


def _options(path: str) -> Callable[..., Response]:
    """What an address takes: of its own, and not also of one that its last part could be the ref of."""
    methods = [operation.method for operation in OPERATIONS if operation.path == path]
    return lambda **_values: Response(headers={"Allow": ", ".join(sorted([*methods, "OPTIONS"]))})


for _operation in OPERATIONS:
    _name, _methods = _operation.view.__name__, [_operation.method]
    blueprint.add_url_rule(
        _operation.path, _name, guarded(_operation), provide_automatic_options=False, methods=_methods
    )
for _path in dict.fromkeys(_operation.path for _operation in OPERATIONS):
    blueprint.add_url_rule(_path, f"options {_path}", _options(_path), methods=["OPTIONS"])
for _path, _view in described(OPERATIONS).items():
    blueprint.add_url_rule(_path, _view.__name__, _view)
