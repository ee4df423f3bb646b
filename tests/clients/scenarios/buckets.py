"""Buckets: administration, limits, and the product's own buckets."""

from local.tests.clients.storage.conftest import LIMITED
from tests.clients.scenarios.files import CSV, PNG, files, names
from tests.clients.scenarios.language import (
    Contains,
    File,
    Is,
    Keep,
    Scenario,
    ann,
    bob,
    editor,
    guest,
    scenario,
    service,
    web,
)

BUCKET = "short-lived {{run}}"


def owned(bucket: str, file: File) -> Scenario:
    path, kind = ann.path("a"), {"contentType": file.kind}
    return scenario(
        f"{bucket}: everybody stores in their own folder only",
        files(ann, bucket).upload(path, file, kind).gives({"path": path}),
        files(ann, bucket).download(path).gives(file.whole),
        files(bob, bucket).upload(ann.path("b"), file, kind).refused(status=403),
        files(ann, bucket).upload("{{run}}", file, kind).refused(status=403),
        files(guest, bucket).upload(path, file, kind).refused(status=403),
        files(bob, bucket).remove([path]).gives([]),
        files(ann, bucket)
        .upload(ann.path("c"), File(b"<p>"), {"contentType": "text/html"})
        .refused(status=415, message="mime type text/html is not supported"),
        files(ann, bucket).remove([path]).gives([{"name": path, "owner_id": ann.id}]),
    )


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "a bucket enforces its limits of size and type",
        files(service, LIMITED).upload("{{run}}/full.csv", File(b"a,b\n", times=250), CSV).gives(),
        files(service, LIMITED)
        .upload("{{run}}/over.csv", File(b"a,b,c", times=201), CSV)
        .refused(status=413, message="The object exceeded the maximum allowed size"),
        files(service, LIMITED)
        .upload("{{run}}/page", File(b"<p>"), {"contentType": "text/html"})
        .refused(status=415, message="mime type text/html is not supported"),
        files(service, LIMITED).list("{{run}}").gives(names("full.csv")),
    ),
    scenario(
        "buckets are created, changed, listed, emptied and deleted by the service",
        service.storage.createBucket(
            BUCKET, {"public": False, "fileSizeLimit": 10, "allowedMimeTypes": ["text/*"]}
        ).gives({"name": BUCKET}),
        service.storage.createBucket(BUCKET, {"public": True}).refused(
            status=409, message="The resource already exists"
        ),
        service.storage.updateBucket(BUCKET, {"public": True, "fileSizeLimit": 20}).gives(),
        service.storage.getBucket(BUCKET).gives(
            {"id": BUCKET, "public": True, "file_size_limit": 20, "allowed_mime_types": ["text/*"]}
        ),
        service.storage.listBuckets().gives(
            Is(
                lambda buckets: sum("short-lived" in bucket["id"] for bucket in buckets) == 1,
                "with the bucket",
            )
        ),
        files(service, BUCKET).upload("a", File(b"x")).gives(),
        service.storage.deleteBucket(BUCKET).refused(status=409, message=Contains("not empty")),
        service.storage.emptyBucket(BUCKET).gives(),
        files(service, BUCKET).list().gives([]),
        service.storage.deleteBucket(BUCKET).gives({"message": "Successfully deleted"}),
        service.storage.getBucket(BUCKET).refused(status=404, message="Bucket not found"),
        files(ann, BUCKET).upload("a", File(b"x")).refused(status=404, message="Bucket not found"),
    ),
    scenario(
        "users cannot see or change buckets",
        service.storage.createBucket(BUCKET, {"public": False}).gives(),
        ann.storage.listBuckets().gives([]),
        ann.storage.getBucket(BUCKET).refused(status=404),
        ann.storage.createBucket("own {{run}}", {"public": True}).refused(status=403),
        ann.storage.updateBucket(BUCKET, {"public": True}).refused(status=404),
        ann.storage.emptyBucket(BUCKET).refused(status=403),
        ann.storage.deleteBucket(BUCKET).refused(status=404),
        guest.storage.listBuckets().gives([]),
        service.storage.getBucket(BUCKET).gives({"public": False}),
        service.storage.deleteBucket(BUCKET).gives(),
    ),
    owned("avatars", File(PNG, kind="image/png")),
    owned("speech", File(b"OggS" + bytes(24) + b"\x01\x1eOpusHead", kind="audio/ogg")),
    scenario(
        "avatars and recordings are readable by their owner only",
        files(ann, "avatars").upload(ann.path("a.png"), File(PNG), {"contentType": "image/png"}).gives(),
        *(
            step
            for bucket in ("avatars", "speech")
            for step in (
                files(guest, bucket).getPublicUrl(ann.path("a.png")).gives({"publicUrl": Keep("private")}),
                web.fetch("{{private}}").gives({"status": 400}),
            )
        ),
        files(ann, "avatars").download(ann.path("a.png")).gives(PNG),
        files(ann, "avatars").remove([ann.path("a.png")]).gives(names(ann.path("a.png"))),
    ),
    scenario(
        "artwork is uploaded by editors only",
        files(editor, "artwork").upload("{{run}} a.png", File(PNG), {"contentType": "image/png"}).gives(),
        files(ann, "artwork")
        .upload("{{run}} b.png", File(PNG), {"contentType": "image/png"})
        .refused(status=403),
        files(guest, "artwork").download("{{run}} a.png").gives(PNG),
        files(ann, "artwork").remove(["{{run}} a.png"]).gives([]),
        files(editor, "artwork").remove(["{{run}} a.png"]).gives(names("{{run}} a.png")),
        files(editor, "media")
        .upload("{{run}}.mp4", File(b"x"), {"contentType": "video/mp4"})
        .refused(status=403),
    ),
)
