"""Errors of the Storage API: the status is in the body; the response itself usually has status 400."""

import errno
from collections.abc import Mapping

import psycopg

from local.storage.json_responses import JsonResponse

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageError(Exception):
    """The request is refused; the client sees all fields."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        error: str | None = None,
        http: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.headers = headers
        self.status, self.code, self.message = status, code, message
        self.error = error or code
        self.http = http or (500 if status == 500 else 400)


def respond(error: StorageError) -> JsonResponse:
    body = {
        "statusCode": str(error.status),
        "error": error.error,
        "message": error.message,
        "code": error.code,
    }
    return JsonResponse(body, error.http, error.headers)


def no_such_bucket() -> StorageError:
    return StorageError(404, "NoSuchBucket", "Bucket not found", "Bucket not found")


def no_such_key() -> StorageError:
    return StorageError(404, "NoSuchKey", "Object not found", "not_found")


def key_exists() -> StorageError:
    return StorageError(409, "KeyAlreadyExists", "The resource already exists", "Duplicate")


def bucket_exists() -> StorageError:
    return StorageError(409, "BucketAlreadyExists", "The resource already exists", "Duplicate")


def invalid_request(message: str) -> StorageError:
    return StorageError(400, "InvalidRequest", message, "Error")


def invalid_key(message: str) -> StorageError:
    return StorageError(400, "InvalidKey", f"Invalid key: {message}")


def invalid_bucket_name() -> StorageError:
    return StorageError(400, "InvalidBucketName", "Bucket name invalid", "Invalid Input")


def invalid_mime_type(kind: str) -> StorageError:
    return StorageError(415, "InvalidMimeType", f"mime type {kind} is not supported", "invalid_mime_type")


def invalid_signature() -> StorageError:
    return StorageError(400, "InvalidSignature", "Invalid signature")


def access_denied(message: str) -> StorageError:
    return StorageError(403, "AccessDenied", message, "Unauthorized")


def too_large() -> StorageError:
    message = "The object exceeded the maximum allowed size"
    return StorageError(413, "EntityTooLarge", message, "Payload too large")


def tus_error(status: int, message: str) -> StorageError:
    """An error of the TUS protocol; its message ends with a line break."""
    return StorageError(status, "TusError", f"{message}\n")


def beyond_limit() -> StorageError:
    return tus_error(413, "Maximum size exceeded")


def of_database(error: psycopg.Error) -> StorageError:
    """The error that the client sees for a failed statement, without messages of triggers."""
    match error:
        case psycopg.errors.InsufficientPrivilege():
            words = error.diag.message_primary or ""
            by_policy = "row-level security" in words
            return access_denied("new row violates row-level security policy" if by_policy else words)
        case psycopg.errors.UniqueViolation():
            return StorageError(409, "ResourceAlreadyExists", "The resource already exists", "Duplicate")
        case psycopg.errors.ForeignKeyViolation():
            return StorageError(404, "InvalidRequest", "The related resource does not exist")
        case psycopg.errors.LockNotAvailable():
            return StorageError(423, "ResourceLocked", "The resource is locked")
        case psycopg.errors.QueryCanceled():
            return StorageError(544, "DatabaseTimeout", "The connection to the database timed out", http=544)
        case psycopg.DataError():
            return StorageError(400, "InvalidParameter", "A value is malformed or out of range")
        case psycopg.OperationalError():
            return StorageError(503, "DatabaseTimeout", "The database does not answer", http=503)
    return StorageError(500, "DatabaseError", f"database error, code: {error.sqlstate}")


def of_disk(error: OSError) -> StorageError:
    if error.errno in FULL:
        return StorageError(507, "InsufficientStorage", "There is no room left for files", http=507)
    return StorageError(500, "InternalError", "Internal server error")
