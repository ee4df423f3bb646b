"""Rows of the storage schema, and how the API shows them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

Json = dict[str, Any]


@dataclass(frozen=True)
class Bucket:
    id: str
    name: str
    owner_id: str | None
    public: bool
    file_size_limit: int | None
    allowed_mime_types: list[str] | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: DictRow) -> "Bucket":
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "owner": self.owner_id or "",
            "public": self.public,
            "file_size_limit": self.file_size_limit,
            "allowed_mime_types": self.allowed_mime_types,
            "created_at": moment(self.created_at),
            "updated_at": moment(self.updated_at),
        }


@dataclass(frozen=True)
class Object:
    id: UUID
    bucket_id: str
    name: str
    owner: UUID | None
    owner_id: str | None
    version: str | None
    created_at: datetime
    updated_at: datetime
    last_accessed_at: datetime
    metadata: Json | None
    user_metadata: Json | None

    @classmethod
    def of(cls, row: DictRow) -> "Object":
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    def as_json(self) -> Json:
        return {
            "id": str(self.id),
            "bucket_id": self.bucket_id,
            "name": self.name,
            "owner": str(self.owner) if self.owner else None,
            "owner_id": self.owner_id,
            "version": self.version,
            "created_at": moment(self.created_at),
            "updated_at": moment(self.updated_at),
            "last_accessed_at": moment(self.last_accessed_at),
            "metadata": self.metadata,
            "user_metadata": self.user_metadata,
        }

    def described(self) -> Json:
        """The body of /object/info."""
        metadata = self.metadata or {}
        return {
            "id": str(self.id),
            "name": self.name,
            "version": self.version,
            "bucket_id": self.bucket_id,
            "size": metadata.get("size"),
            "content_type": metadata.get("mimetype"),
            "cache_control": metadata.get("cacheControl"),
            "etag": metadata.get("eTag"),
            "metadata": self.user_metadata,
            "last_modified": moment(self.updated_at),
            "created_at": moment(self.created_at),
        }


def moment(time: datetime | None) -> str | None:
    """The time in the format of JavaScript: 2026-08-21T09:30:00.000Z."""
    if time is None:
        return None
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def metadata(size: int, etag: str, kind: str, cache_control: str) -> Json:
    """The metadata that the server records for a file. `size` in bytes."""
    return {
        "eTag": f'"{etag}"',
        "size": size,
        "mimetype": kind,
        "cacheControl": cache_control,
        "lastModified": moment(datetime.now(UTC)),
        "contentLength": size,
        "httpStatusCode": 200,
    }
