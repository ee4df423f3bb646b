"""A published portrait has the picture's pixels and nothing else of the uploaded file."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from workers.portraits import pictures
from workers.portraits.pictures import NotAPictureError, name, redraw

SECRET = b"<script>alert('polyglot')</script>" + b"PK\x03\x04" + bytes(range(256))


def encoded(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    file = BytesIO()
    Image.new(mode, size, "red").save(file, kind, **options)
    return file.getvalue()


def as_image(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_portrait_is_redrawn_as_webp(kind: str) -> None:
    drawn = as_image(redraw(encoded(kind)))
    red, green, blue = drawn.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert (drawn.format, drawn.size) == ("WEBP", (40, 20))
    assert red > 240 and green < 15 and blue < 15


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_portrait_of_every_pixel_mode_is_redrawn(mode: str) -> None:
    file = BytesIO()
    Image.new("RGBA" if mode == "LA" else "L", (8, 8), 9).convert(mode).save(file, "PNG")
    assert as_image(redraw(file.getvalue())).size == (8, 8)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_portrait_drops_bytes_after_the_picture(kind: str) -> None:
    published = redraw(encoded(kind) + SECRET * 1000)
    assert b"script" not in published and b"PK\x03\x04" not in published and len(published) < 1000


TEXTS = PngImagePlugin.PngInfo()
TEXTS.add_text("Comment", "<script>alert(1)</script>")
TEXTS.add_itxt("XML:com.adobe.xmp", "<script>alert(2)</script>")
EXIF = Image.Exif()
EXIF[0x010E] = "script of the place"


@pytest.mark.parametrize(
    ("kind", "metadata"),
    [
        ("PNG", {"pnginfo": TEXTS, "icc_profile": SECRET}),
        ("JPEG", {"comment": SECRET, "exif": EXIF}),
        ("WEBP", {"exif": EXIF, "xmp": SECRET}),
    ],
    ids=["PNG", "JPEG", "WEBP"],
)
def test_portrait_drops_metadata_of_the_picture(kind: str, metadata: dict[str, Any]) -> None:
    assert b"script" not in redraw(encoded(kind, **metadata))


def test_portrait_is_rotated_by_its_exif_orientation() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert as_image(redraw(encoded("JPEG", (40, 20), exif=exif))).size == (20, 40)


def test_portrait_is_scaled_down_to_512_pixels() -> None:
    assert as_image(redraw(encoded("JPEG", (3000, 1500)))).size == (512, 256)
    assert len(redraw(encoded("PNG", (2000, 2000)))) < 524_288


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_portrait_of_an_animation_is_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    assert getattr(as_image(redraw(file.getvalue())), "n_frames", 1) == 1


def bomb(side: int) -> bytes:
    """A PNG whose header claims `side` by `side` pixels."""
    picture = bytearray(encoded("PNG"))
    picture[16:24] = side.to_bytes(4, "big") * 2
    picture[29:33] = zlib.crc32(bytes(picture[12:29])).to_bytes(4, "big")
    return bytes(picture)


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\x89PNG\r\n\x1a\n" + SECRET,
            encoded("PNG")[:60],
            encoded("JPEG")[:200],
        ),
        *(encoded("WEBP")[:30], b"\xff\xd8\xff" + SECRET, b"RIFF\x10\0\0\0WEBPVP8 " + SECRET, SECRET),
        *(encoded("GIF"), encoded("BMP"), encoded("TIFF"), b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        *(bomb(5_000), bomb(12_000), bomb(2_000_000_000), bomb(0)),
    ],
)
def test_invalid_or_truncated_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPictureError):
        redraw(content)


def test_portrait_name_depends_on_profile_and_content() -> None:
    assert name("p", b"a") != name("p", b"b") != name("q", b"b")
    assert name("p", b"a").startswith("p-") and len(pictures.FORMATS) == 3


def scans(count: int, side: int = 4880) -> bytes:
    """A progressive JPEG of one grey, `side` by `side` pixels, with `count` scans that change nothing.

    Each scan is one code of the end of a band for all blocks, so it has some 40 bytes.
    """

    def segment(marker: int, data: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    def packed(bits: str) -> bytes:
        bits += "1" * (-len(bits) % 8)
        return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\x00")

    blocks = ((side + 7) // 8) ** 2
    file = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64)
    file += segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    file += segment(0xC4, b"\0" + bytes([1] + [0] * 15) + b"\0")
    file += segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
    file += segment(0xDA, b"\1\1\0\0\0\0") + packed("0" * blocks)
    band = segment(0xDA, b"\1\1\0\1\x3f\0") + packed("0" * blocks)
    return file + band * count + b"\xff\xd9"


def test_jpeg_of_more_scans_than_any_camera_writes_is_refused() -> None:
    assert as_image(redraw(scans(99, side=64))).size == (64, 64)
    with pytest.raises(NotAPictureError):
        redraw(scans(100, side=64))
