"""Uploads in pieces, by tuspy and tus-js-client: broken off and taken up again."""

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
        "a file comes in pieces and is one file, with what was said of it",
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
        "an upload that was broken off goes on where it was",
        pieces(ann)
        .upload(ann.path("film.mp4"), FILM, PIECES | {"stopAt": 2 * PIECE})
        .gives({"url": Keep("url"), "offset": 2 * PIECE}),
        files(ann).exists(ann.path("film.mp4")).gives(False),
        pieces(bob).resume("{{url}}", FILM, PIECES).refused(status=ANY),
        pieces(ann).resume("{{url}}", FILM, PIECES).gives({"begun": 2 * PIECE, "offset": SIZE}),
        files(ann).download(ann.path("film.mp4")).gives(FILM.whole),
    ),
    scenario(
        "a line that breaks in the middle of a piece costs that piece's rest only",
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
        "what is there is replaced in pieces only when asked",
        pieces(ann).upload(ann.path("a.txt"), File(b"old")).gives({"offset": 3}),
        pieces(ann).upload(ann.path("a.txt"), File(b"new")).refused(status=409),
        pieces(ann).upload(ann.path("a.txt"), File(b"newer"), {"upsert": True}).gives({"offset": 5}),
        files(ann).download(ann.path("a.txt")).gives(b"newer"),
        pieces(ann).upload(ann.path("empty.txt"), File(b"")).gives({"offset": 0}),
        files(ann).download(ann.path("empty.txt")).gives(b""),
    ),
    scenario(
        "a signature uploads in pieces too, for its name alone",
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
        "who may not, too much and the wrong type are refused before a byte is sent",
        pieces(bob).upload(ann.path("a.txt"), FILM, PIECES).refused(status=403),
        pieces(guest).upload(ann.path("a.txt"), FILM, PIECES).refused(status=403),
        pieces(ann, "no such bucket").upload(ann.path("a.txt"), FILM).refused(status=404),
        pieces(ann).upload(ann.path("x" * 1025), FILM).refused(status=400),
        pieces(service, LIMITED)
        .upload("{{run}}/a.csv", File(b"a,b,c", kind="text/csv", times=201))
        .refused(status=413),
        pieces(service, LIMITED).upload("{{run}}/a.html", File(b"<p>", kind="text/html")).refused(status=403),
        pieces(ann).resume("{{url}}/storage/v1/upload/resumable/nothing", FILM).refused(status=400),
    ),
)
