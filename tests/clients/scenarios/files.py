"""Files: stored in every form, read, listed, moved, copied, signed and removed; buckets; and who may not."""

from tests.clients.scenarios.language import (
    ANY,
    FORMS,
    Actor,
    Chain,
    Contains,
    File,
    Is,
    Keep,
    Scenario,
    Step,
    ann,
    bob,
    editor,
    guest,
    scenario,
    service,
    web,
)
from tests.clients.storage.conftest import LIMITED, PRIVATE, PUBLIC

NAME = "a b & c+d; 'e' (1) = $2, @x!.txt"
ABOUT = {"title": "« Ça »; 100 % 🎬"}
CSV = {"contentType": "text/csv"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)
BUCKET = "short-lived {{run}}"


def files(who: Actor, bucket: str = PRIVATE) -> Chain:
    return who.storage.from_(bucket)


def stores(path: str, content: bytes = b"x", who: Actor = ann) -> Step:
    return files(who).upload(path, File(content)).gives({"path": path})


def names(*expected: str) -> list[dict[str, str]]:
    return [{"name": name} for name in expected]


def lacks(path: str) -> tuple[Step, ...]:
    """What Bob may not do with Ann's file."""
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


def form(form: str) -> Scenario:
    path, content = ann.path(f"{form}.txt"), "two words, ä + 🎬\n".encode()
    upload = {"contentType": "text/markdown", "cacheControl": "60", "metadata": ABOUT}
    return scenario(
        f"a file comes as {form} and is replaced as such",
        files(ann)
        .upload(path, File(content, form, "text/markdown", 9000), upload)
        .gives({"path": path, "fullPath": f"{PRIVATE}/{path}"}),
        files(ann).download(path).gives(content * 9000),
        files(ann)
        .info(path)
        .gives(
            {
                "name": path,
                "size": len(content) * 9000,
                "contentType": "text/markdown",
                "cacheControl": "max-age=60",
                "metadata": ABOUT,
            }
        ),
        files(ann).update(path, File(b"new", form)).gives({"path": path}),
        files(ann).download(path).gives(b"new"),
        files(ann).createSignedUploadUrl(ann.path(f"signed {form}")).gives({"token": Keep("token")}),
        files(guest)
        .uploadToSignedUrl(ann.path(f"signed {form}"), "{{token}}", File(content, form))
        .gives({"fullPath": f"{PRIVATE}/{ann.path(f'signed {form}')}"}),
        files(ann).download(ann.path(f"signed {form}")).gives(content),
    )


def refuses(path: str) -> Step:
    return files(ann).upload(path, File(b"x")).refused(status=400)


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


def opened(url: str, content: bytes, **headers: object) -> Step:
    return web.fetch(url).gives({"status": 200, "content": content, "headers": headers})


SCENARIOS: tuple[Scenario, ...] = (
    *map(form, FORMS),
    scenario(
        "a name with awkward characters is kept everywhere",
        stores(ann.path(NAME), b"awkward"),
        files(ann).download(ann.path(NAME)).gives(b"awkward"),
        files(ann).exists(ann.path(NAME)).gives(True),
        files(ann).list(f"{ann.id}/{{{{run}}}}").gives(names(NAME)),
        files(ann).createSignedUrl(ann.path(NAME), 60).gives({"signedUrl": Keep("signed")}),
        opened("{{signed}}", b"awkward"),
        files(ann).move(ann.path(NAME), ann.path(f"x/{NAME}")).gives({"message": "Successfully moved"}),
        files(ann).exists(ann.path(NAME)).gives(False),
        files(ann).copy(ann.path(f"x/{NAME}"), ann.path(NAME)).gives({"path": f"{PRIVATE}/{ann.path(NAME)}"}),
        files(ann).remove([ann.path(f"x/{NAME}")]).gives(names(ann.path(f"x/{NAME}"))),
        files(ann).download(ann.path(NAME)).gives(b"awkward"),
    ),
    scenario(
        "a name that no file may have is refused",
        *map(refuses, (ann.path("🎬.txt"), ann.path("שלום"), ann.path("{x}"))),
        refuses(ann.path("x" * 1025)),
        files(ann).move(ann.path("nothing"), f"{ann.id}/../{bob.id}/a").refused(status=ANY),
        files(ann).list(f"{ann.id}/{{{{run}}}}").gives([]),
    ),
    scenario(
        "others neither read nor change a user's file",
        stores(ann.path("a.txt"), b"mine"),
        *lacks(ann.path("a.txt")),
        files(ann).download(ann.path("a.txt")).gives(b"mine"),
    ),
    scenario(
        "what is there is replaced only when asked",
        stores(ann.path("a.txt"), b"one"),
        files(ann)
        .upload(ann.path("a.txt"), File(b"two"))
        .refused(status=409, message="The resource already exists"),
        files(ann).download(ann.path("a.txt")).gives(b"one"),
        files(ann).upload(ann.path("a.txt"), File(b"three"), {"upsert": True}).gives(),
        files(ann).download(ann.path("a.txt")).gives(b"three"),
        stores(ann.path("b.txt"), b""),
        files(ann).download(ann.path("b.txt")).gives(b""),
        files(ann).copy(ann.path("a.txt"), ann.path("b.txt")).refused(status=409),
        files(ann).move(ann.path("a.txt"), ann.path("b.txt")).refused(status=409),
    ),
    scenario(
        "a list has the folders and files of one folder, found, sorted and in pages",
        *(
            stores(ann.path(name))
            for name in ("b.txt", "B/x.txt", "a_1.txt", "aX1.txt", "c/d/e.txt", "c/d/f.txt")
        ),
        files(ann)
        .list(f"{ann.id}/{{{{run}}}}")
        .gives(
            [
                {"name": "a_1.txt", "id": Keep("id"), "metadata": {"size": 1, "mimetype": ANY}},
                {"name": "aX1.txt"},
                {"name": "B", "id": None},
                {"name": "b.txt"},
                {"name": "c", "id": None},
            ]
        ),
        files(ann).list(ann.path("c/d")).gives(names("e.txt", "f.txt")),
        files(ann).list(f"{ann.id}/{{{{run}}}}", {"search": "a_"}).gives(names("a_1.txt")),
        files(ann)
        .list(
            f"{ann.id}/{{{{run}}}}",
            {"limit": 2, "offset": 1, "sortBy": {"column": "name", "order": "desc"}},
        )
        .gives(names("b.txt", "B")),
        files(ann)
        .list(ann.path("c/d"), {"sortBy": {"column": "created_at", "order": "desc"}})
        .gives(names("f.txt", "e.txt")),
        files(ann).list(ann.path("nowhere")).gives([]),
    ),
    scenario(
        "pages by cursor have every entry once",
        *(stores(ann.path(name)) for name in ("a.txt", "b.txt", "c/d.txt", "c/e.txt", "f/g.txt")),
        files(ann)
        .listV2({"prefix": ann.path(""), "limit": 2, "with_delimiter": True})
        .gives(
            {
                "hasNext": True,
                "nextCursor": Keep("cursor"),
                "folders": [],
                "objects": names(ann.path("a.txt"), ann.path("b.txt")),
            }
        ),
        files(ann)
        .listV2({"prefix": ann.path(""), "limit": 2, "with_delimiter": True, "cursor": "{{cursor}}"})
        .gives({"hasNext": False, "folders": names(ann.path("c/"), ann.path("f/")), "objects": []}),
        files(ann)
        .listV2({"prefix": ann.path("c/"), "sortBy": {"column": "name", "order": "desc"}})
        .gives({"hasNext": False, "objects": names(ann.path("c/e.txt"), ann.path("c/d.txt"))}),
    ),
    scenario(
        "a copy lives on when its source goes; what is not there is neither copied nor moved",
        files(ann).upload(ann.path("a.csv"), File(b"a,b\n"), CSV | {"metadata": ABOUT}).gives(),
        files(ann).copy(ann.path("a.csv"), ann.path("b/c.csv")).gives(),
        files(ann).remove([ann.path("a.csv")]).gives(names(ann.path("a.csv"))),
        files(ann).download(ann.path("b/c.csv")).gives(b"a,b\n"),
        files(ann).info(ann.path("b/c.csv")).gives({"contentType": "text/csv", "metadata": ABOUT}),
        files(ann).copy(ann.path("a.csv"), ann.path("d")).refused(status=404, message="Object not found"),
        files(ann).move(ann.path("a.csv"), ann.path("d")).refused(status=404, message="Object not found"),
        files(ann).remove([ann.path("a.csv")]).gives([]),
        files(ann).remove([ann.path("b/c.csv"), ann.path("d")]).gives(names(ann.path("b/c.csv"))),
    ),
    scenario(
        "a signed url opens its file to its bearer, until it expires",
        stores(ann.path("a.txt"), b"signed"),
        files(ann)
        .createSignedUrl(ann.path("a.txt"), 60, {"download": "b.txt"})
        .gives({"signedUrl": Keep("named")}),
        opened("{{named}}", b"signed", **{"content-disposition": Contains("filename=b.txt")}),
        files(ann)
        .createSignedUrl(ann.path("a.txt"), 60, {"download": True})
        .gives({"signedUrl": Keep("attached")}),
        opened("{{attached}}", b"signed", **{"content-disposition": Contains("attachment")}),
        files(ann)
        .createSignedUrls([ann.path("a.txt"), ann.path("nope")], 60)
        .gives(
            [
                {"path": ann.path("a.txt"), "signedUrl": Keep("many"), "error": None},
                {"path": ann.path("nope"), "signedUrl": None, "error": Contains("does not exist")},
            ]
        ),
        opened("{{many}}", b"signed"),
        web.fetch("{{many}}x").gives({"status": 400}),
        files(ann).createSignedUrl(ann.path("a.txt"), 1).gives({"signedUrl": Keep("short")}),
        web.fetch("{{short}}").gives({"status": 400}).eventually(),
        files(ann).createSignedUrl(ann.path("nope"), 60).refused(status=404),
    ),
    scenario(
        "a signed upload stores for whom it was made, one name once",
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
        "a public bucket is read by everybody and written by nobody",
        files(service, PUBLIC).upload("{{run}}/a b.png", File(PNG), {"contentType": "image/png"}).gives(),
        files(guest, PUBLIC).getPublicUrl("{{run}}/a b.png").gives({"publicUrl": Keep("url")}),
        opened("{{url}}", PNG, **{"content-type": "image/png", "etag": ANY}),
        web.fetch("{{url}}", {"method": "HEAD"}).gives(
            {"status": 200, "headers": {"content-length": str(len(PNG))}}
        ),
        web.fetch("{{url}}", {"headers": {"range": "bytes=1-3"}}).gives({"status": 206, "content": b"PNG"}),
        files(guest, PUBLIC)
        .getPublicUrl("{{run}}/a b.png", {"download": "c.png"})
        .gives({"publicUrl": Keep("attached")}),
        opened("{{attached}}", PNG, **{"content-disposition": Contains("filename=c.png")}),
        files(guest, PUBLIC).download("{{run}}/a b.png").gives(PNG),
        files(ann, PUBLIC)
        .upload("{{run}}/b.png", File(PNG))
        .refused(status=403, message="new row violates row-level security policy"),
        files(ann, PUBLIC).remove(["{{run}}/a b.png"]).gives([]),
        files(guest).getPublicUrl(ann.path("a.txt")).gives({"publicUrl": Keep("private")}),
        web.fetch("{{private}}").gives({"status": 400}),
    ),
    scenario(
        "a bucket keeps to its limits",
        files(service, LIMITED).upload("{{run}}/full.csv", File(b"a,b\n", times=250), CSV).gives(),
        files(service, LIMITED)
        .upload("{{run}}/over.csv", File(b"a,b,c", times=201), CSV)
        .refused(status=413, message="The object exceeded the maximum allowed size"),
        files(service, LIMITED)
        .upload("{{run}}/page", File(b"<p>"), {"contentType": "text/html"})
        .refused(status=415, message="mime type text/html is not supported"),
        files(service, LIMITED)
        .upload("{{run}}/charset.csv", File(b"a,b\n"), {"contentType": "text/csv; charset=utf-8"})
        .gives(),
        files(service, LIMITED).list("{{run}}").gives(names("charset.csv", "full.csv")),
    ),
    scenario(
        "buckets are made, changed, listed, emptied and deleted",
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
            Is(lambda found: sum("short-lived" in bucket["id"] for bucket in found) == 1, "with the bucket")
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
        "buckets are nobody else's business",
        service.storage.createBucket(BUCKET, {"public": False}).gives(),
        ann.storage.listBuckets().gives([]),
        ann.storage.getBucket(BUCKET).refused(status=404),
        ann.storage.createBucket("own {{run}}", {"public": True}).refused(status=403),
        ann.storage.updateBucket(BUCKET, {"public": True}).refused(status=404),
        ann.storage.emptyBucket(BUCKET).refused(status=404),
        ann.storage.deleteBucket(BUCKET).refused(status=404),
        guest.storage.listBuckets().gives([]),
        service.storage.getBucket(BUCKET).gives({"public": False}),
        service.storage.deleteBucket(BUCKET).gives(),
    ),
    scenario(
        "a file goes to another bucket, and is described anew",
        files(service).upload("{{run}}/a.csv", File(b"a,b\n"), CSV | {"metadata": ABOUT}).gives(),
        files(service)
        .copy("{{run}}/a.csv", "{{run}}/b.csv", {"destinationBucket": LIMITED})
        .gives({"path": f"{LIMITED}/{{{{run}}}}/b.csv"}),
        files(service)
        .copy(
            "{{run}}/a.csv",
            "{{run}}/c.csv",
            {"copyMetadata": False, "metadata": {"mimetype": "text/plain", "cacheControl": "max-age=9"}},
        )
        .gives(),
        files(service)
        .info("{{run}}/c.csv")
        .gives({"contentType": "text/plain", "cacheControl": "max-age=9"}),
        files(service).move("{{run}}/a.csv", "{{run}}/d.csv", {"destinationBucket": LIMITED}).gives(),
        files(service, LIMITED).list("{{run}}").gives(names("b.csv", "d.csv")),
        files(service, LIMITED).download("{{run}}/d.csv").asStream().gives(b"a,b\n"),
    ).by("supabase-js"),
    owned("avatars", File(PNG, kind="image/png")),
    owned("speech", File(b"OggS" + bytes(24) + b"\x01\x1eOpusHead", kind="audio/ogg")),
    scenario(
        "avatars are seen by everybody, recordings by their speaker",
        files(ann, "avatars").upload(ann.path("a.png"), File(PNG), {"contentType": "image/png"}).gives(),
        files(guest, "avatars").getPublicUrl(ann.path("a.png")).gives({"publicUrl": Keep("url")}),
        opened("{{url}}", PNG),
        files(guest, "speech").getPublicUrl(ann.path("a.png")).gives({"publicUrl": Keep("private")}),
        web.fetch("{{private}}").gives({"status": 400}),
        files(ann, "avatars").remove([ann.path("a.png")]).gives(names(ann.path("a.png"))),
    ),
    scenario(
        "artwork is brought by editors alone",
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
