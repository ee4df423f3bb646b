"""Which paths are read: those that mean the same to every server on their way.

The gateway chooses the service by a path, and the service reads it again. A path that one of them would
clean, decode twice or compare without case, and another would not, could reach a service past its limits.
The patterns are for Go's regular expressions and for Python's, and are matched with the path as it was sent.
"""

import re

SERVICES = r"/((rest|auth|storage|realtime|functions)/v1|search|graphql|docs)(/|$)"
"""What the first segments of a service's path are, to the letter."""
NAMED = r"/(storage/v1/object|realtime/v1/api/broadcast)/"
"""Below these, names of files and topics may hold a slash, also encoded and twice."""

_SLASH = r"(/|\\|%2f|%5c)"
_DOTS = rf"{_SLASH}(\.|%2e)(\.|%2e)?((;|%3b)[^/?\\]*)?({_SLASH}|[?]|$)"
_CONTROL = r"[\x00-\x1f\x7f\\]|%[01][0-9a-f]|%7f|%5c"
_ENCODED_TWICE = r"%(25)+(2e|2f|5c|7f|[01][0-9a-f])"
UNPLAIN = rf"(?i)^[^?]*({_DOTS}|{_CONTROL}|{_ENCODED_TWICE})"
"""Segments of dots, also with parameters; control characters and backslashes; any of them encoded twice."""
SLASHES = r"(?i)^[^?]*(%2f|//)"
"""Slashes that are not written as one slash between two segments."""

_MORE = r"%[89ab][0-9a-f]"
_CHARACTERS = (
    rf"[^%?]|%[0-7][0-9a-f]|%(c[2-9a-f]|d[0-9a-f]){_MORE}|%e0%[ab][0-9a-f]{_MORE}|%e[1-9abcef]{_MORE}{_MORE}"
    rf"|%ed%[89][0-9a-f]{_MORE}|%f0%[9ab][0-9a-f]{_MORE}{_MORE}|%f[123]{_MORE}{_MORE}{_MORE}"
    rf"|%f4%8[0-9a-f]{_MORE}{_MORE}"
)
TEXT = rf"(?i)^({_CHARACTERS})*([?]|$)"
"""UTF-8 as RFC 3629 has it, escaped: without overlong forms and halves of surrogate pairs."""

REFUSED = {
    "code": "path_refused",
    "message": "The path has dot segments, doubled slashes or characters it may not have",
}
STORAGE = r"/storage/v1/"
"""Below this the answer has Storage's form and code, which its clients know."""
KEY_REFUSED = {
    **{"statusCode": "400", "error": "InvalidKey"},
    **{"message": f"Invalid key: {REFUSED['message']}", "code": "InvalidKey"},
}


def is_plain(path: str) -> bool:
    """Whether a path, as it was sent, is one that all servers read alike."""
    if re.search(UNPLAIN, path) or not re.search(TEXT, path):
        return False
    return bool(re.match(NAMED, path)) or not re.search(SLASHES, path)
