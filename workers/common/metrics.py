"""Access to a process's metrics: they contain figures that are not public."""

import hmac


def may_read(authorization: str, token: str | None) -> bool:
    """Is the header `Bearer` and the token? Without a configured token, always False."""
    scheme, _, value = authorization.partition(" ")
    return (
        bool(token)
        and scheme.lower() == "bearer"
        and hmac.compare_digest(value.encode(), str(token).encode())
    )
