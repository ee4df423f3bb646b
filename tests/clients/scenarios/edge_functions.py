"""Edge functions called by apps: those of supabase/functions, and `echo`, which returns its request."""

from typing import Any

from tests.clients.scenarios.language import (
    ANY,
    Actor,
    Contains,
    File,
    Scenario,
    Step,
    ann,
    guest,
    scenario,
)
from tests.clients.scenarios.rows import AWKWARD

ECHO = "echo"
BYTES = bytes(range(256))


def echo(who: Actor, sent: dict[str, Any], **expected: Any) -> Step:
    """Called with these options, the function received this request."""
    return who.functions.invoke(ECHO, sent).gives(expected)


def answers(status: int, name: str) -> Step:
    called = f"{ECHO}?as=status&status={status}"
    return guest.functions.invoke(called, {"body": "no; not & now"}).refused(status=status, name=name)


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "hello greets the given name, and refuses an invalid one",
        guest.functions.invoke("hello", {"body": {"name": 'Zoë 😀 + "&;" %'}}).gives(
            {"message": 'Hello Zoë 😀 + "&;" %!'}
        ),
        ann.functions.invoke("hello", {"body": {}}).gives({"message": "Hello world!"}),
        guest.functions.invoke("hello", {"method": "GET"}).gives({"message": "Hello world!"}),
        guest.functions.invoke("hello", {"body": {"name": 5}}).refused(status=400),
        guest.functions.invoke("no-such-function", {"body": {}}).refused(
            status=404, name="FunctionsHttpError"
        ),
    ),
    scenario(
        "semantic-search finds items for guests and users, and refuses an invalid query",
        guest.functions.invoke(
            "semantic-search", {"body": {"q": "a film & what is like it", "limit": 3}}
        ).gives(ANY),
        ann.functions.invoke("semantic-search", {"body": {"q": "שלום + 100 %", "kind": "movie"}}).gives(ANY),
        ann.functions.invoke("semantic-search", {"body": {"q": "x", "kind": "opera"}}).refused(status=400),
    ),
    scenario(
        "a function receives json, text and bytes unchanged",
        *(
            echo(guest, {"body": {"text": text, "none": None}}, body={"text": text, "none": None})
            for text in AWKWARD
        ),
        *(echo(guest, {"body": text}, body=text, kind=Contains("text/plain")) for text in AWKWARD if text),
        echo(
            guest,
            {"body": File(BYTES)},
            body=[*BYTES],
            kind="application/octet-stream",
        ),
        echo(
            guest,
            {"body": '{"said": "by myself"}', "headers": {"Content-Type": "application/json"}},
            body={"said": "by myself"},
        ),
    ).calling(ECHO),
    scenario(
        "a function receives a form with its file",
        echo(
            guest,
            {"body": File("naïve; שלום 😀".encode(), "FormData", "text/csv")},
            kind=Contains("multipart/form-data"),
            body={"name": "file", "type": "text/csv", "text": "naïve; שלום 😀"},
        ),
    )
    .calling(ECHO)
    .by("supabase-js"),
    scenario(
        "a client receives a function's text and bytes unchanged",
        *(
            guest.functions.invoke(f"{ECHO}?as=text", {"body": text, "responseType": "text"}).gives(text)
            for text in AWKWARD
            if text
        ),
        guest.functions.invoke(f"{ECHO}?as=bytes", {"body": File(BYTES), "responseType": "bytes"}).gives(
            BYTES
        ),
    ).calling(ECHO),
    scenario(
        "a function receives method, query, headers and region",
        *(
            echo(guest, {"method": method, "body": {"a": 1}}, method=method, body={"a": 1})
            for method in ("POST", "PUT", "PATCH", "DELETE")
        ),
        echo(guest, {"method": "GET"}, method="GET", body=""),
        guest.functions.invoke(f"{ECHO}?q=a%26b%20%2B%20c", {"body": {}}).gives({"query": "a&b + c"}),
        echo(guest, {"body": {}, "headers": {"x-own": 'a, b; c="d"'}}, own='a, b; c="d"'),
        echo(guest, {"body": {}, "region": "us-east-1"}, region=["us-east-1", "us-east-1"]),
        echo(guest, {"body": {}, "region": "any"}, region=[None, None]),
        echo(guest, {"body": {}}, region=[None, None]),
    ).calling(ECHO),
    scenario(
        "a function receives the caller's token",
        echo(guest, {"body": {}}, caller={"role": "anon"}),
        echo(ann, {"body": {}}, caller={"role": "authenticated", "sub": ann.id}),
        *(
            ann.functions.invoke(ECHO, {"body": {}, "headers": {"Authorization": token}}).refused(
                status=401, name="FunctionsHttpError"
            )
            for token in ("", "Bearer nonsense", "Basic YTpi", "Bearer {{anon_key}}x")
        ),
        ann.functions.invoke("hello", {"body": {}, "headers": {"Authorization": ""}}).gives(
            {"message": "Hello world!"}
        ),
    ).calling(ECHO),
    scenario(
        "an error has its status, and whether the function or the gateway failed",
        *(answers(status, "FunctionsHttpError") for status in (400, 403, 404, 409, 418, 429, 500, 503)),
        guest.functions.invoke(f"{ECHO}?as=relay", {"body": "no"}).refused(
            status=502, name="FunctionsRelayError"
        ),
    ).calling(ECHO),
)
