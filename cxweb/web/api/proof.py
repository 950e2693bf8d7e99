"""What proves a delivery comes in over the API: as a form with files, or as JSON with the pictures in base64."""

from base64 import b64decode
from binascii import Error
from typing import Any

from flask import Response, request
from marshmallow import RAISE, Schema, ValidationError, fields

from cxweb.actions.save_proof import save_proof
from cxweb.core.pictures import NotAPicture
from cxweb.ratings.rules import cleaned
from cxweb.web.api.keys import client
from cxweb.web.api.orders import refusals, shown
from cxweb.web.api.problems import problem
from cxweb.web.api.schemas import BadBody, Text, body

LARGEST_PHOTO = 5 * 1024 * 1024
LONGEST_NOTE = 500
# A photo in base64, and the rest.
LONGEST_BODY = LARGEST_PHOTO * 4 // 3 + 1024 * 1024


class Picture(fields.Field[bytes]):
    """A picture's bytes in base64."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            return b64decode(value, validate=True)
        except (Error, TypeError, ValueError) as error:
            raise ValidationError("takes a picture in base64") from error


class ProofSchema(Schema):
    photo = Picture()
    signature = Picture()
    note = Text(longest=LONGEST_NOTE)

    class Meta:
        unknown = RAISE


@refusals
def save(ref: str) -> Response:
    request.max_content_length = LONGEST_BODY
    sent = _form() if request.mimetype == "multipart/form-data" else body(ProofSchema())
    given = {name: sent.get(name) for name in ("photo", "signature", "note")}
    if not any(given.values()):
        return problem(422, "Send a photo, a signature or a note.", [("", "holds none of them")])
    for name in ("photo", "signature"):
        if len(given[name] or b"") > LARGEST_PHOTO:
            return problem(422, "The picture is too large.", [(f"/{name}", "takes at most 5 MB")])
    try:
        save_proof(ref, client(), **given)
    except NotAPicture as error:
        return problem(422, "A picture cannot be read.", [(f"/{error}", "takes a PNG, JPEG, WebP or GIF")])
    return shown(ref, 200)


def _form() -> dict[str, Any]:
    """The fields of a form with files. Raises BadBody."""
    unknown = {*request.form, *request.files} - {"photo", "signature", "note"}
    if unknown:
        raise BadBody([(f"/{name}", "Unknown field.") for name in sorted(unknown)])
    note = " ".join(cleaned(request.form.get("note", "")).split())
    if len(note) > LONGEST_NOTE:
        raise BadBody([("/note", f"takes at most {LONGEST_NOTE} characters")])
    pictures = {name: file.read() or None for name, file in request.files.items()}
    return {**pictures, "note": note or None}
