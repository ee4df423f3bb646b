"""Response headers that scripts of other origins may read."""

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
"""`*` and the names: `*` has no meaning for requests with credentials."""
