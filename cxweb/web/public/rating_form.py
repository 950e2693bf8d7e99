"""Reads the body of a rating: what was sent, or what is wrong with it."""

from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from cxweb.ratings.rules import FIVE, Answer, choice, comment
from cxweb.web.headers import FIELD_LIMIT


def read_answer() -> Answer:
    """The answer that was posted.

    Raises InvalidAnswer for a value that cannot be stored, RequestEntityTooLarge beyond the limits of body and
    fields, and BadRequest for bytes that are not UTF-8.
    """
    body = request.get_data(cache=True)
    _check_bytes(body)
    form = request.form
    if body and not form:
        raise BadRequest
    return Answer(
        stars=choice("stars", form.getlist("stars"), FIVE),
        comment=comment(form.getlist("comment")),
    )


def _check_bytes(body: bytes) -> None:
    """Refuse what the form parser would silently replace or drop."""
    if request.mimetype == "application/x-www-form-urlencoded":
        if body.count(b"&") >= FIELD_LIMIT:
            raise RequestEntityTooLarge
        body = unquote_to_bytes(body)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest from error
