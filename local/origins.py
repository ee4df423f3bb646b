"""What scripts of other origins may read of an answer."""

READABLE = (
    *("*", "Link", "X-Total-Count", "X-Supabase-Api-Version", "X-Request-Id"),
    *("Content-Range", "Accept-Ranges", "ETag", "Content-Disposition"),
    *(
        "Location",
        "Upload-Offset",
        "Upload-Length",
        "Upload-Defer-Length",
        "Upload-Metadata",
        "Upload-Expires",
    ),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"),
    *("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size"),
)
"""Headers by name too, since `*` means none of them to a script that sends credentials."""
