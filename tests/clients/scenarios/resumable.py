"""Resumable uploads by tuspy and tus-js-client: interrupted and resumed."""

from local.tests.clients.storage.conftest import LIMITED, PRIVATE
from tests.clients.scenarios.files import NAME, files
from tests.clients.scenarios.language import (
    ANY,
    Actor,
    Chain,
    File,
    Keep,
    Scenario,
    ann,
    bob,
    guest,
    line,
    scenario,
    service,
)

FILM = File(bytes(range(256)), kind="video/mp4", times=8192)
SIZE, PIECE = 256 * 8192, 500_000
PIECES = {"chunkSize": PIECE}


def pieces(who: Actor, bucket: str = PRIVATE) -> Chain:
    return who.resumable(bucket)


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "a file uploaded in chunks is one file with its metadata",
        pieces(ann)
        .upload(ann.path(NAME), FILM, PIECES | {"cacheControl": "60", "metadata": '{"title": "é + 🎬"}'})
        .gives({"offset": SIZE}),
        files(ann).download(ann.path(NAME)).gives(FILM.whole),
        files(ann)
        .info(ann.path(NAME))
        .gives(
            {
                "size": SIZE,
                "contentType": "video/mp4",
                "cacheControl": "max-age=60",
                "metadata": {"title": "é + 🎬"},
            }
        ),
    ),
    scenario(
        "an interrupted upload resumes at its offset",
        pieces(ann)
        .upload(ann.path("film.mp4"), FILM, PIECES | {"stopAt": 2 * PIECE})
        .gives({"url": Keep("url"), "offset": 2 * PIECE}),
        files(ann).exists(ann.path("film.mp4")).gives(False),
        pieces(bob).resume("{{url}}", FILM, PIECES).refused(status=ANY),
        pieces(ann).resume("{{url}}", FILM, PIECES).gives({"begun": 2 * PIECE, "offset": SIZE}),
        files(ann).download(ann.path("film.mp4")).gives(FILM.whole),
    ),
    scenario(
        "a connection cut in the middle of a chunk loses only the rest of the chunk",
        line.cutAfter(PIECE + PIECE // 2).gives(),
        pieces(ann)
        .upload(
            ann.path("film.mp4"),
            FILM,
            PIECES | {"through": "{{line}}", "retryDelays": [0, 0, 100, 100, 500, 500]},
        )
        .gives({"offset": SIZE}),
        line.cuts().gives(1),
        files(ann).download(ann.path("film.mp4")).gives(FILM.whole),
    ),
    scenario(
        "a resumable upload replaces an existing file only by an upsert",
        pieces(ann).upload(ann.path("a.txt"), File(b"old")).gives({"offset": 3}),
        pieces(ann).upload(ann.path("a.txt"), File(b"new")).refused(status=409),
        pieces(ann).upload(ann.path("a.txt"), File(b"newer"), {"upsert": True}).gives({"offset": 5}),
        files(ann).download(ann.path("a.txt")).gives(b"newer"),
        pieces(ann).upload(ann.path("empty.txt"), File(b"")).gives({"offset": 0}),
        files(ann).download(ann.path("empty.txt")).gives(b""),
    ),
    scenario(
        "a signed upload can be resumable, for its own name only",
        files(ann).createSignedUploadUrl(ann.path("film.mp4")).gives({"token": Keep("token")}),
        pieces(guest)
        .upload(ann.path("other.mp4"), FILM, PIECES | {"signature": "{{token}}"})
        .refused(status=400),
        pieces(guest)
        .upload(ann.path("film.mp4"), FILM, PIECES | {"signature": "{{token}}", "stopAt": PIECE})
        .gives({"url": Keep("url"), "offset": PIECE}),
        pieces(guest).resume("{{url}}", FILM, PIECES | {"signature": "{{token}}x"}).refused(status=ANY),
        pieces(guest)
        .resume("{{url}}", FILM, PIECES | {"signature": "{{token}}"})
        .gives({"begun": PIECE, "offset": SIZE}),
        files(ann).download(ann.path("film.mp4")).gives(FILM.whole),
        files(ann).remove([ann.path("film.mp4")]).gives([{"owner_id": ann.id}]),
    ),
    scenario(
        "a resumable upload that is not allowed is refused before a byte is sent",
        pieces(bob).upload(ann.path("a.txt"), FILM, PIECES).refused(status=403),
        pieces(guest).upload(ann.path("a.txt"), FILM, PIECES).refused(status=403),
        pieces(ann, "no such bucket").upload(ann.path("a.txt"), FILM).refused(status=404),
        pieces(ann).upload(ann.path("x" * 1025), FILM).refused(status=400),
        pieces(service, LIMITED)
        .upload("{{run}}/a.csv", File(b"a,b,c", kind="text/csv", times=201))
        .refused(status=413),
        pieces(service, LIMITED).upload("{{run}}/a.html", File(b"<p>", kind="text/html")).refused(status=403),
        pieces(ann).resume("{{url}}/storage/v1/upload/resumable/nothing", FILM).refused(status=400),
    ).differing("storage", "A name may have 1,024 characters"),
)
