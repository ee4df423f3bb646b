"""Files: uploaded in every form, read, listed, moved, copied and removed."""

import base64

from local.tests.clients.storage.conftest import LIMITED, PRIVATE
from tests.clients.scenarios.language import (
    ANY,
    FORMS,
    Actor,
    Chain,
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

NAME = "a b & c+d; 'e' (1) = $2, @x!.txt"
ABOUT = {"title": "« Ça »; 100 % 🎬"}
CSV = {"contentType": "text/csv"}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def files(who: Actor, bucket: str = PRIVATE) -> Chain:
    return who.storage.from_(bucket)


def stores(path: str, content: bytes = b"x", who: Actor = ann) -> Step:
    return files(who).upload(path, File(content)).gives({"path": path})


def names(*expected: str) -> list[dict[str, str]]:
    return [{"name": name} for name in expected]


def download(url: str, content: bytes, **headers: object) -> Step:
    return web.fetch(url).gives({"status": 200, "content": content, "headers": headers})


def form(form: str) -> Scenario:
    path, content = ann.path(f"{form}.txt"), "two words, ä + 🎬\n".encode()
    upload = {"contentType": "text/markdown", "cacheControl": "60", "metadata": ABOUT}
    return scenario(
        f"a file is uploaded and replaced as {form}",
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


SCENARIOS: tuple[Scenario, ...] = (
    *map(form, FORMS),
    scenario(
        "a name with special characters is kept everywhere",
        stores(ann.path(NAME), b"awkward"),
        files(ann).download(ann.path(NAME)).gives(b"awkward"),
        files(ann).exists(ann.path(NAME)).gives(True),
        files(ann).list(f"{ann.id}/{{{{run}}}}").gives(names(NAME)),
        files(ann).createSignedUrl(ann.path(NAME), 60).gives({"signedUrl": Keep("signed")}),
        download("{{signed}}", b"awkward"),
        files(ann).move(ann.path(NAME), ann.path(f"x/{NAME}")).gives({"message": "Successfully moved"}),
        files(ann).exists(ann.path(NAME)).gives(False),
        files(ann).copy(ann.path(f"x/{NAME}"), ann.path(NAME)).gives({"path": f"{PRIVATE}/{ann.path(NAME)}"}),
        files(ann).remove([ann.path(f"x/{NAME}")]).gives(names(ann.path(f"x/{NAME}"))),
        files(ann).download(ann.path(NAME)).gives(b"awkward"),
    ),
    scenario(
        "an invalid file name is refused",
        *map(refuses, (ann.path("🎬.txt"), ann.path("שלום"), ann.path("{x}"))),
        refuses(ann.path("x" * 1025)),
        files(ann).move(ann.path("nothing"), f"{ann.id}/../{bob.id}/a").refused(status=ANY),
        files(ann).list(f"{ann.id}/{{{{run}}}}").gives([]),
    ).differing("storage", "A name may have 1,024 characters"),
    scenario(
        "an existing file is replaced only by an upsert",
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
        "a list has the folders and files of one folder, filtered, sorted and in pages",
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
                {"name": "b.txt"},
                {"name": "B", "id": None},
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
        .gives(names("B", "b.txt")),
        files(ann)
        .list(ann.path("c/d"), {"sortBy": {"column": "created_at", "order": "desc"}})
        .gives(names("f.txt", "e.txt")),
        files(ann).list(ann.path("nowhere")).gives([]),
    ),
    scenario(
        "pages by cursor list every entry once",
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
        "a copy survives its source; a missing file is neither copied nor moved",
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
        "a file is copied and moved to another bucket with new metadata",
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
)
