"""Ratings as a list with the filters of the pages, and as what is new since a program last asked."""

from flask import Response, jsonify, request

from cxweb.analytics import filters
from cxweb.core.paging import BadCursor
from cxweb.ratings.queries import by_ids, new_since
from cxweb.reviews.queries import answers
from cxweb.web.api.keys import client, sent
from cxweb.web.api.schemas import BadBody
from cxweb.web.api.shown import shown_rating

PAGE_SIZE = 50


def list_ratings() -> Response:
    asked = sent()
    try:
        chosen = filters.read(request.args.to_dict(flat=False))
    except filters.InvalidFilter as error:
        raise BadBody(error.errors) from error
    try:
        page = answers(chosen, client().perimeter, cursor=asked.get("cursor"), size=asked.get("limit", PAGE_SIZE))
    except BadCursor as error:
        raise BadBody([("cursor", "was not given by this list with this sort")]) from error
    ratings = by_ids([answer.id for answer in page.items])
    items = [shown_rating(ratings[answer.id]) for answer in page.items]
    return jsonify({"items": items, "next_cursor": page.next_cursor})


def list_events() -> Response:
    asked = sent()
    try:
        found, cursor = new_since(asked.get("since"), client().perimeter, asked.get("limit", PAGE_SIZE))
    except BadCursor as error:
        raise BadBody([("since", "was not given by this database as it is: begin without it")]) from error
    ratings = by_ids(found)
    return jsonify({"items": [shown_rating(ratings[id_]) for id_ in found if id_ in ratings], "next_cursor": cursor})
