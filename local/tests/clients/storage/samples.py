"""How files of each type begin, as FFmpeg and others write them."""

from base64 import b64decode

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
"""A whole picture of one pixel."""
HTML = b"<!DOCTYPE html>\n<script>alert(document.cookie)</script>"
SVG = (
    b'<?xml version="1.0"?>\n<!-- a picture -->\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
)
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(52) + b"\x40\x00\x00\x00PE\x00\x00"
SAMPLES = {
    "image/png": PNG,
    "image/jpeg": b64decode("/9j/4AAQSkZJRgABAgAAAQABAAD//gAP"),
    "image/webp": b64decode("UklGRioDAABXRUJQVlA4IB4DAAAwFgCd"),
    "image/avif": b64decode("AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAD5bWV0YQ=="),
    "image/gif": b64decode("R0lGODlhQABAAPcfMQAAACQAAEgAAGwA"),
    "video/mp4": b64decode("AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAAAIZnJlZQ=="),
    "video/quicktime": b64decode("AAAAFGZ0eXBxdCAgAAACAHF0ICAAAAAI"),
    "video/x-matroska": b64decode("GkXfo6NChoEBQveBAULygQRC84EIQoKIbWF0cm9za2FCh4EEQoWBAhhTgGcBAAAA"),
    "video/webm": b64decode("GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQJChYECGFOAZwEAAAAAAAia"),
    "video/iso.segment": b64decode("AAAAGHN0eXBtc2RoAAAAAG1zZGhtc2l4AAAANHNpZHg="),
    "audio/mp4": b64decode("AAAAHGZ0eXBNNEEgAAACAE00QSBpc29taXNvMgAAAAg="),
    "audio/mpeg": b64decode("SUQzBAAAAAAAIlRTU0UAAAAOAAADTGF2"),
    "audio/wav": b64decode("UklGRs5YAQBXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAATElTVA=="),
    "audio/flac": b64decode("ZkxhQwAAACIEAAQAAABVAAGHCsRA8AAArESkhLZg2eAzsJvtnmhqdA=="),
    "audio/ogg": b64decode("T2dnUwACAAAAAAAAAADDUD2uAAAAAFNX/HYBHgF2b3JiaXMAAAAAAQ=="),
    "video/mp2t": (b"G\x40\x11\x10" + bytes(184)) * 3,
    "application/vnd.apple.mpegurl": b"#EXTM3U\n#EXT-X-VERSION:3\n",
    "application/dash+xml": b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
    "text/vtt": b"\xef\xbb\xbfWEBVTT\n\n00:01.000 --> 00:02.000\n\xd7\xa9; 100 % \xf0\x9f\x8e\xac\n",
    "application/x-subrip": b"1\r\n00:00:01,000 --> 00:00:02,000\r\n\xabC'est \xe7a\xbb & <i>that</i>\r\n",
    "text/csv": b'title,"year"\r\n"Blade Runner; ""final cut""",1982\r\n',
    "application/json": b' {"title": null}',
    "application/x-ndjson": b'{"a": 1}\n{"a": 2}\n',
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
}
SAMPLES["audio/webm"] = SAMPLES["video/webm"]
SAMPLES["audio/x-wav"] = SAMPLES["audio/wav"]
