"""The claims of an access token, and the validation of claims that a hook returns."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from local.auth.models import MethodUsed, Session, User

REQUIRED = ("aud", "exp", "iat", "sub", "email", "phone", "role", "aal", "session_id", "is_anonymous")
TYPES = {
    "aud": ("string", "array"),
    "exp": ("integer",),
    "jti": ("string",),
    "iat": ("integer",),
    "iss": ("string",),
    "nbf": ("integer",),
    "sub": ("string",),
    "email": ("string",),
    "phone": ("string",),
    "app_metadata": ("object",),
    "user_metadata": ("object",),
    "role": ("string",),
    "aal": ("string",),
    "amr": ("array",),
    "session_id": ("string",),
    "client_id": ("string",),
}


def claims_of(
    user: User, session: Session, methods: Sequence[MethodUsed], now: datetime, lifetime: timedelta
) -> dict[str, Any]:
    amr = [(used.authentication_method, int(used.updated_at.timestamp())) for used in methods]
    return {
        "aud": user.aud or "",
        "exp": int((now + lifetime).timestamp()),
        "iat": int(now.timestamp()),
        "sub": str(user.id),
        "email": user.email or "",
        "phone": user.phone or "",
        "app_metadata": user.raw_app_meta_data or {},
        "user_metadata": user.raw_user_meta_data or {},
        "role": user.role or "",
        "aal": session.aal or "aal1",
        "amr": [{"method": method, "timestamp": timestamp} for method, timestamp in amr],
        "session_id": str(session.id),
        "is_anonymous": user.is_anonymous,
    }


def violations(claims: dict[str, Any]) -> list[str]:
    """The violations of GoTrue's JSON schema of access tokens, in its words."""
    missing = [f"(root): {name} is required" for name in REQUIRED if name not in claims]
    mistyped = [
        f"{name}: Invalid type. Expected: {'/'.join(types)}, given: {_type(claims[name])}"
        for name, types in TYPES.items()
        if name in claims and _type(claims[name]) not in types
    ]
    return missing + mistyped


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case int():
            return "integer"
    return "integer" if float(value).is_integer() else "number"
