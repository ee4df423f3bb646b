"""Who may read a process's numbers: they say what a stranger on the same network need not know."""

import hmac


def may_read(authorization: str, token: str | None) -> bool:
    """Whether the header is `Bearer` and the token. Without a token nobody may."""
    scheme, _, given = authorization.partition(" ")
    return (
        bool(token)
        and scheme.lower() == "bearer"
        and hmac.compare_digest(given.encode(), str(token).encode())
    )
