"""Pictures for tests, made on the spot."""

import random
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def noise(width: int, height: int, kind: str = "JPEG", **options: object) -> bytes:
    """A picture that is as hard to compress as any."""
    dots = random.Random(1).randbytes(width * height * 3)
    return encoded(Image.frombytes("RGB", (width, height), dots), kind, **options)


def logo(width: int = 900, height: int = 240, kind: str = "PNG") -> bytes:
    """A flat picture on a transparent ground."""
    picture = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((1, 1, height - 2, height - 2), fill=(15, 92, 77, 255))
    pen.rectangle((width // 2, height // 3, width - 1, height * 2 // 3), fill=(30, 30, 30, 255))
    return encoded(picture, kind)


def photographed() -> bytes:
    """A photo 400 wide and 300 high whose camera was turned, and which says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "12 rue des Lilas"
    exif.get_ifd(0x8825)[1] = "N"
    return noise(400, 300, exif=exif)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def decoded(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def multipart(fields: Mapping[str, bytes | str]) -> dict[str, Any]:
    """What a post of a form with files takes; made here, as the test client leaves large ones open behind it."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"'.encode()
        + (b'; filename="a.jpg"' if isinstance(value, bytes) else b"")
        + b"\r\n\r\n"
        + (value if isinstance(value, bytes) else value.encode())
        + b"\r\n"
        for name, value in fields.items()
    ]
    return {"data": b"".join([*parts, b"--x--\r\n"]), "content_type": "multipart/form-data; boundary=x"}
