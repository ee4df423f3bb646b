"""Accepted paths: those that every server on the way reads alike.

The gateway chooses the service by the path, and the service parses it again. A path that one of them cleans,
decodes twice or compares without case, and another does not, could reach a service past its limits.
The patterns work in Go's regular expressions and in Python's, and match the raw path.
"""

import re

SERVICES = r"/((rest|auth|storage|realtime|functions)/v1|search|graphql|docs)(/|$)"
"""The prefixes of the services' paths, exactly."""
NAMED = r"/(storage/v1/object|realtime/v1/api/broadcast)/"
"""Below these, names of files and topics may contain slashes, also encoded and doubled."""

_SLASH = r"(/|\\|%2f|%5c)"
_DOTS = rf"{_SLASH}(\.|%2e)(\.|%2e)?((;|%3b)[^/?\\]*)?({_SLASH}|[?]|$)"
_CONTROL = r"[\x00-\x1f\x7f\\]|%[01][0-9a-f]|%7f|%5c"
_ENCODED_TWICE = r"%(25)+(2e|2f|5c|7f|[01][0-9a-f])"
UNPLAIN = rf"(?i)^[^?]*({_DOTS}|{_CONTROL}|{_ENCODED_TWICE})"
"""Dot segments, also with parameters; control characters and backslashes; any of them encoded twice."""
SLASHES = r"(?i)^[^?]*(%2f|//)"
"""Encoded and doubled slashes."""

_MORE = r"%[89ab][0-9a-f]"
_CHARACTERS = (
    rf"[^%?]|%[0-7][0-9a-f]|%(c[2-9a-f]|d[0-9a-f]){_MORE}|%e0%[ab][0-9a-f]{_MORE}|%e[1-9abcef]{_MORE}{_MORE}"
    rf"|%ed%[89][0-9a-f]{_MORE}|%f0%[9ab][0-9a-f]{_MORE}{_MORE}|%f[123]{_MORE}{_MORE}{_MORE}"
    rf"|%f4%8[0-9a-f]{_MORE}{_MORE}"
)
TEXT = rf"(?i)^({_CHARACTERS})*([?]|$)"
"""Percent-encoded UTF-8 by RFC 3629: no overlong forms, no halves of surrogate pairs."""

REFUSED = {
    "code": "path_refused",
    "message": "The path has dot segments, doubled slashes or characters it may not have",
}
STORAGE = r"/storage/v1/"
"""Below this the response has Storage's form and code, which its clients expect."""
KEY_REFUSED = {
    **{"statusCode": "400", "error": "InvalidKey"},
    **{"message": f"Invalid key: {REFUSED['message']}", "code": "InvalidKey"},
}


def is_plain(path: str) -> bool:
    """Whether all servers read this raw path alike."""
    if re.search(UNPLAIN, path) or not re.search(TEXT, path):
        return False
    return bool(re.match(NAMED, path)) or not re.search(SLASHES, path)
