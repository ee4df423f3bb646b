"""What users may write about themselves, and servers must return unchanged."""

from typing import Any

AWKWARD: dict[str, Any] = {
    "spaces": "  two  words ",
    "plus": "a+b c%20d",
    "quotes": """'single' "double" `back` \\ """,
    "separators": ";&,=?#/",
    "percent": "100% %s %(name)s",
    "emoji": "\N{CLAPPER BOARD}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}",
    "right_to_left": "مرحبا بالعالم \u200fשלם",
    "null in a list": [None, 1, "x"],
    "null in an object": {"a": None},
    "numbers": [0, -1, 1.5, 2**53],
    "ключ": {"नाम": "मान"},
}
