"""Access to files: other users, signed URLs and uploads, public buckets."""

from local.tests.clients.storage.conftest import PUBLIC
from tests.clients.scenarios.files import CSV, PNG, download, files, stores
from tests.clients.scenarios.language import (
    ANY,
    Contains,
    File,
    Keep,
    Scenario,
    Step,
    ann,
    bob,
    guest,
    scenario,
    service,
    web,
)


def lacks(path: str) -> tuple[Step, ...]:
    """Each call on Ann's file that Bob is refused."""
    hidden = {"status": 404, "message": "Object not found"}
    own = bob.path("a.txt")
    return (
        files(bob).download(path).refused(**hidden),
        files(bob).info(path).refused(**hidden),
        files(bob).exists(path).gives(False),
        files(bob).update(path, File(b"yours")).refused(status=403),
        files(bob).upload(path, File(b"yours"), {"upsert": True}).refused(status=403),
        files(bob).move(path, own).refused(**hidden),
        files(bob).copy(path, own).refused(**hidden),
        files(bob).createSignedUrl(path, 60).refused(**hidden),
        files(bob).createSignedUploadUrl(path).refused(status=403),
        files(bob).list(f"{ann.id}/{{{{run}}}}").gives([]),
        files(bob).remove([path]).gives([]),
        files(guest).download(path).refused(status=404),
        files(guest).upload(path, File(b"yours")).refused(status=403),
        files(guest).remove([path]).gives([]),
    )


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "other users cannot read or change a user's file",
        stores(ann.path("a.txt"), b"mine"),
        *lacks(ann.path("a.txt")),
        files(ann).download(ann.path("a.txt")).gives(b"mine"),
    ),
    scenario(
        "a signed url gives access to its file until it expires",
        stores(ann.path("a.txt"), b"signed"),
        files(ann)
        .createSignedUrl(ann.path("a.txt"), 60, {"download": "b.txt"})
        .gives({"signedUrl": Keep("named")}),
        download("{{named}}", b"signed", **{"content-disposition": Contains("filename=b.txt")}),
        files(ann)
        .createSignedUrl(ann.path("a.txt"), 60, {"download": True})
        .gives({"signedUrl": Keep("attached")}),
        download("{{attached}}", b"signed", **{"content-disposition": Contains("attachment")}),
        files(ann)
        .createSignedUrls([ann.path("a.txt"), ann.path("nope")], 60)
        .gives(
            [
                {"path": ann.path("a.txt"), "signedUrl": Keep("many"), "error": None},
                {"path": ann.path("nope"), "signedUrl": None, "error": Contains("does not exist")},
            ]
        ),
        download("{{many}}", b"signed"),
        web.fetch("{{many}}x").gives({"status": 400}),
        files(ann).createSignedUrl(ann.path("a.txt"), 1).gives({"signedUrl": Keep("short")}),
        web.fetch("{{short}}").gives({"status": 400}).eventually(),
        files(ann).createSignedUrl(ann.path("nope"), 60).refused(status=404),
    ),
    scenario(
        "a signed upload stores one file once, for the user who signed it",
        files(ann)
        .createSignedUploadUrl(ann.path("a.txt"))
        .gives({"token": Keep("token"), "path": ann.path("a.txt"), "signedUrl": Keep("url")}),
        files(bob)
        .uploadToSignedUrl(ann.path("b.txt"), "{{token}}", File(b"x"))
        .refused(status=400, message="Invalid signature"),
        files(bob).uploadToSignedUrl(ann.path("a.txt"), "{{token}}x", File(b"x")).refused(status=400),
        files(bob).uploadToSignedUrl(ann.path("a.txt"), "{{token}}", File(b"brought"), CSV).gives(),
        files(bob).uploadToSignedUrl(ann.path("a.txt"), "{{token}}", File(b"again")).refused(status=409),
        files(ann).createSignedUploadUrl(ann.path("a.txt")).refused(status=409),
        files(ann).createSignedUploadUrl(ann.path("a.txt"), {"upsert": True}).gives({"token": Keep("over")}),
        files(guest).uploadToSignedUrl(ann.path("a.txt"), "{{over}}", File(b"replaced")).gives(),
        files(ann).download(ann.path("a.txt")).gives(b"replaced"),
        files(ann).remove([ann.path("a.txt")]).gives([{"owner_id": ann.id}]),
    ),
    scenario(
        "a public bucket is readable by everyone and writable by the service only",
        files(service, PUBLIC).upload("{{run}}/a b.png", File(PNG), {"contentType": "image/png"}).gives(),
        files(guest, PUBLIC).getPublicUrl("{{run}}/a b.png").gives({"publicUrl": Keep("url")}),
        download("{{url}}", PNG, **{"content-type": "image/png", "etag": ANY}),
        web.fetch("{{url}}", {"method": "HEAD"}).gives(
            {"status": 200, "headers": {"content-length": str(len(PNG))}}
        ),
        web.fetch("{{url}}").gives({"headers": {"etag": Keep("etag"), "cache-control": "max-age=3600"}}),
        web.fetch("{{url}}", {"headers": {"if-none-match": "{{etag}}"}}).gives(
            {"status": 304, "content": b""}
        ),
        web.fetch("{{url}}", {"headers": {"range": "bytes=1-3"}}).gives({"status": 206, "content": b"PNG"}),
        files(guest, PUBLIC)
        .getPublicUrl("{{run}}/a b.png", {"download": "c.png"})
        .gives({"publicUrl": Keep("attached")}),
        download("{{attached}}", PNG, **{"content-disposition": Contains("filename=c.png")}),
        files(guest, PUBLIC).download("{{run}}/a b.png").gives(PNG),
        files(ann, PUBLIC)
        .upload("{{run}}/b.png", File(PNG))
        .refused(status=403, message="new row violates row-level security policy"),
        files(ann, PUBLIC).remove(["{{run}}/a b.png"]).gives([]),
        files(guest).getPublicUrl(ann.path("a.txt")).gives({"publicUrl": Keep("private")}),
        web.fetch("{{private}}").gives({"status": 400}),
    ),
)
