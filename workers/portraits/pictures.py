"""Re-encoding of an uploaded picture: only its pixels are published, nothing else in the file."""

import hashlib
import struct
from io import BytesIO

from PIL import Image, ImageOps

from workers.common.errors import WorkerError

FORMATS = ("PNG", "JPEG", "WEBP")
"""The formats that the bucket accepts; no other decoder is used."""
SIDE = 512
"""The longest side of a published picture in pixels."""
MOST_PIXELS = 24_000_000
"""Of an uploaded picture."""
MOST_SCANS = 100
"""Of a JPEG: cameras and editors write at most 12. A scan of a few bytes can pass over all pixels."""
SCAN = b"\xff\xda"
QUALITY = 85
BROKEN = (
    *(OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, OverflowError, struct.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""Errors that Pillow raises for a file that is not a whole picture."""


class NotAPictureError(WorkerError):
    """The file is not a whole picture of a format and size that is published."""


def redraw(content: bytes) -> bytes:
    """A WebP of the picture's first frame, upright, at most SIDE pixels a side, without any metadata.

    Raises NotAPictureError.
    """
    if content.startswith(b"\xff\xd8") and content.count(SCAN) > MOST_SCANS:
        raise NotAPictureError
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NotAPictureError
            opened.draft("RGB", (2 * SIDE, 2 * SIDE))
            pixels = opened.convert("RGBA")
            pixels.thumbnail((SIDE, SIDE))
            pixels = ImageOps.exif_transpose(pixels)
    except BROKEN as error:
        raise NotAPictureError from error
    # A new picture has none of the metadata of the old one.
    clean = Image.new("RGBA", pixels.size)
    clean.paste(pixels)
    encoded = BytesIO()
    clean.save(encoded, "WEBP", quality=QUALITY)
    return encoded.getvalue()


def name(profile_id: object, picture: bytes) -> str:
    """The file's name. It contains a hash of the picture, so that caches never show an old picture."""
    return f"{profile_id}-{hashlib.sha256(picture).hexdigest()[:32]}.webp"
