"""What proves a delivery comes in over the API: as a form with files, or as JSON with the pictures in base64."""

from base64 import b64decode
from binascii import Error
from typing import Any

from flask import Response, request
from marshmallow import ValidationError, fields

from cxweb.actions import save_proof as saving
from cxweb.core.pictures import NotAPicture
from cxweb.ratings.rules import cleaned
from cxweb.web.api.fields import Text
from cxweb.web.api.keys import client, sent
from cxweb.web.api.orders import shown
from cxweb.web.api.problems import problem
from cxweb.web.api.schemas import BadBody, Strict

LARGEST_PHOTO = 5 * 1024 * 1024
LONGEST_NOTE = 500
# A photo in base64, and the rest.
LONGEST_BODY = LARGEST_PHOTO * 4 // 3 + 1024 * 1024


class Picture(fields.Field[bytes]):
    """A picture's bytes in base64; in a form, the file itself."""

    shape = {"type": "string", "contentEncoding": "base64"}
    shape_in_form = {"type": "string", "format": "binary"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        try:
            return b64decode(value, validate=True)
        except (Error, TypeError, ValueError) as error:
            raise ValidationError("takes a picture in base64") from error


class ProofSchema(Strict):
    photo = Picture(metadata={"description": "PNG, JPEG, WebP or GIF, at most 5 MB. Its metadata is removed."})
    signature = Picture(metadata={"description": "As the photo."})
    note = Text(longest=LONGEST_NOTE)


def save_proof(ref: str) -> Response:
    said = _form() if request.mimetype == "multipart/form-data" else sent()
    given = {name: said.get(name) for name in ("photo", "signature", "note")}
    if not any(given.values()):
        return problem(422, "Send a photo, a signature or a note.", [("", "holds none of them")])
    for name in ("photo", "signature"):
        if len(given[name] or b"") > LARGEST_PHOTO:
            return problem(422, "The picture is too large.", [(f"/{name}", "takes at most 5 MB")])
    try:
        saving.save_proof(ref, client(), **given)
    except NotAPicture as error:
        return problem(422, "A picture cannot be read.", [(f"/{error}", "takes a PNG, JPEG, WebP or GIF")])
    return shown(ref, 200)


def _form() -> dict[str, Any]:
    """The fields of a form with files. Raises BadBody."""
    unknown = {*request.form, *request.files} - {"photo", "signature", "note"}
    if unknown:
        raise BadBody([(f"/{name}", "Unknown field.") for name in sorted(unknown)])
    note = request.form.get("note", "")
    if len(note) > LONGEST_NOTE:
        raise BadBody([("/note", f"takes at most {LONGEST_NOTE} characters")])
    pictures = {name: file.read() or None for name, file in request.files.items()}
    return {**pictures, "note": " ".join(cleaned(note).split()) or None}
