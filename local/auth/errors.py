"""Error responses in the form of the API version that the client requests."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse

VERSION_HEADER = "X-Supabase-Api-Version"
CODES_AS_TEXT = "2024-01-01"
"""The first version in which `code` is the error's name, not its status."""
UNEXPECTED = "Unexpected failure, please check server logs for more information"


class AuthError(Exception):
    """The request is refused; the client sees status, code and message."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        reasons: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.reasons = status, code, message, list(reasons)
        self.headers = dict(headers or {})


def respond(error: AuthError, request: Request) -> JSONResponse:
    body: dict[str, Any]
    headers = {"x-sb-error-code": error.code, **error.headers}
    if _wants_codes_as_text(request.headers.get(VERSION_HEADER, "")):
        headers[VERSION_HEADER] = CODES_AS_TEXT
        body = {"code": error.code, "message": error.message}
    else:
        body = {"code": error.status, "error_code": error.code, "msg": error.message}
        if error.status >= 500:
            body["error_id"] = request.state.request_id
    if error.reasons:
        body["weak_password"] = {"reasons": error.reasons}
    return JSONResponse(body, error.status, headers)


def of_trigger(error: BaseException | None) -> JSONResponse | None:
    """GoTrue's response if a trigger raised a PTnnn code; None for any other error."""
    code = (error.sqlstate if isinstance(error, psycopg.Error) else None) or ""
    if not re.fullmatch(r"PT[45]\d\d", code) or not isinstance(error, psycopg.Error):
        return None
    texts = {"hint": error.diag.message_hint, "detail": error.diag.message_detail}
    body = {"code": code, "message": error.diag.message_primary}
    return JSONResponse(body | {name: text for name, text in texts.items() if text}, int(code[2:]))


def _wants_codes_as_text(version: str) -> bool:
    try:
        requested = datetime.strptime(version, "%Y-%m-%d")  # noqa: DTZ007 - a version, not a moment
    except ValueError:
        return False
    return requested.date().isoformat() >= CODES_AS_TEXT
