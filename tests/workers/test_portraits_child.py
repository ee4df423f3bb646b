"""A picture is decoded in a process whose processor time and memory are limited."""

import signal
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from workers.portraits import child
from workers.portraits.pictures import NotAPictureError


def encoded(kind: str, size: tuple[int, int], **options: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "red").save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_photo_of_12_megapixels_is_redrawn_within_the_limits(kind: str) -> None:
    assert Image.open(BytesIO(child.redraw_apart(encoded(kind, (4000, 3000))))).size == (512, 384)


def test_picture_that_takes_more_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """972 bytes, of which the decoder makes some 470 MB."""
    picture = encoded("WEBP", (4890, 4890), lossless=True)
    monkeypatch.setattr(child, "MEMORY", 256 * 2**20)
    with pytest.raises(NotAPictureError):
        child.redraw_apart(picture)


ENDLESS = """
import sys
from itertools import count
from workers.portraits import child
child.redraw = lambda content: all(True for _ in count())
sys.exit(child.main(1, child.MEMORY))
"""


def test_decoder_that_takes_more_processor_time_is_ended() -> None:
    process = subprocess.run([sys.executable, "-c", ENDLESS], input=b"", cwd=child.PACKAGES, check=False)
    assert process.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


@pytest.mark.parametrize("content", [b"", b"<svg/>", encoded("PNG", (40, 20))[:60]])
def test_invalid_picture_is_refused_apart_too(content: bytes) -> None:
    with pytest.raises(NotAPictureError):
        child.redraw_apart(content)
