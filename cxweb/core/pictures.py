"""Pictures from outside: decoded, made small, and encoded anew, so that nothing of the file itself goes any further."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MEDIA_TYPE = "image/webp"
MOST_PIXELS = 50_000_000
QUALITIES = (88, 80, 70, 60, 50, 40, 30, 20)
SHRINK = 0.8


class NotAPicture(ValueError):
    """The bytes are no PNG, JPEG, WebP or GIF that can be decoded, or have too many pixels."""


def reencoded(content: bytes, width: int, height: int, longest: int, *, paper: bool = False) -> tuple[bytes, int, int]:
    """The picture as WebP within width × height and `longest` bytes, with its size in pixels; without any metadata.

    Turned as its camera says. `paper` puts white behind what is transparent. Raises NotAPicture.
    """
    picture = _opened(content)
    picture.thumbnail((width, height), Image.Resampling.LANCZOS)
    if paper and picture.mode == "RGBA":
        sheet = Image.new("RGB", picture.size, "white")
        sheet.paste(picture, mask=picture.getchannel("A"))
        picture = sheet
    while True:
        for quality in (None, *QUALITIES):
            encoded = _encoded(picture, quality)
            if len(encoded) <= longest:
                return encoded, *picture.size
        smaller = (max(1, int(picture.width * SHRINK)), max(1, int(picture.height * SHRINK)))
        picture = picture.resize(smaller, Image.Resampling.LANCZOS)


def _opened(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # A picture that pretends to be huge is refused here and not decoded.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise NotAPicture
                turned = ImageOps.exif_transpose(found)
                clear = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
                return turned.convert("RGBA" if clear else "RGB")
    except NotAPicture:
        raise
    except Exception as error:
        # Decoders meet broken files with errors of every kind.
        raise NotAPicture from error


def _encoded(picture: Image.Image, quality: int | None) -> bytes:
    """Lossless without a quality: flat logos are smallest so."""
    stream = BytesIO()
    # A new picture of the same dots: nothing that came with the file is written.
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    bare.save(stream, "WEBP", lossless=quality is None, quality=quality or 90, method=4)
    return stream.getvalue()
