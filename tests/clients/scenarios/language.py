"""The scenario language: actors, their calls of client methods, and expected answers.

A call is written as supabase-js documents it, `ann.storage.from_("avatars").upload(path, File(b"x"))`, with
an underscore after Python's keywords (`from_`, `in_`, `is_`, `or_`, `not_`). Options are those of supabase-js
too, `{"contentType": "text/csv"}`; the drivers convert both for their client.

In texts, `{{name}}` stands for the value that an earlier step has kept under that name. Always defined are
`{{run}}`, unique to each scenario and client, the stack's `{{url}}` and `{{anon_key}}`, `{{line}}`, the same
gateway behind a proxy that can cut connections, and `{{password}}`, the password of all actors.

The drivers record the messages of channels: `on` takes no callback. For a topic that was joined,
`heard("broadcast")` returns the broadcasts received since, and `states()` the states of the subscription.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

Call = tuple[str, tuple[Any, ...] | None]
"""A method's name and its arguments; None: an attribute that is only passed through."""


@dataclass(frozen=True)
class File:
    """An upload: `times` repetitions of `content`, in one of the forms that a client accepts.

    Forms are supabase-js's; supabase-py gets bytes for BYTES, an open file for STREAMS, else a path.
    """

    content: bytes
    form: str = "ArrayBuffer"
    kind: str = "text/plain"
    times: int = 1

    @property
    def whole(self) -> bytes:
        return self.content * self.times


BYTES = ("ArrayBuffer", "Buffer", "Blob")
STREAMS = ("ReadableStream", "Readable")
FORMS = (*BYTES, *STREAMS, "File", "FormData", "string")


@dataclass(frozen=True)
class Keep:
    """Any value but null, available to later steps as `{{name}}`."""

    name: str


@dataclass(frozen=True)
class Contains:
    """A text that contains this one."""

    text: str


@dataclass(frozen=True)
class Is:
    """A value for which the function returns true."""

    true: Callable[[Any], bool]
    words: str

    def __repr__(self) -> str:
        return f"<{self.words}>"


ANY = Is(lambda _value: True, "anything")
ABSENT = Is(lambda _value: False, "not there")


@dataclass(frozen=True)
class Step:
    """An actor's call and the expected answer: data, or a refusal with these properties."""

    actor: str
    calls: tuple[Call, ...]
    data: Any = ANY
    count: int | None = None
    refusal: Mapping[str, Any] | None = None
    patient: bool = False

    def eventually(self) -> "Step":
        """Repeat the call until it gives the expected answer."""
        return replace(self, patient=True)


@dataclass(frozen=True)
class Chain:
    """The calls so far. An answer's dict may have more keys than expected; its lists have equal length."""

    actor: str
    calls: tuple[Call, ...] = ()

    def __getattr__(self, name: str) -> "Chain":
        if name.startswith("__"):
            raise AttributeError(name)
        return Chain(self.actor, (*self.calls, (name.removesuffix("_"), None)))

    def __call__(self, *arguments: Any) -> "Chain":
        *before, (name, _) = self.calls
        return Chain(self.actor, (*before, (name, arguments)))

    def gives(self, data: Any = ANY, count: int | None = None) -> Step:
        return Step(self.actor, self.calls, data, count)

    def refused(self, **words: Any) -> Step:
        """Expect a refusal with this code, status, message, details, hint or reasons.

        Storage has only status and message.
        """
        return Step(self.actor, self.calls, refusal=words)


@dataclass(frozen=True)
class Actor:
    """A person or service with a client of its own."""

    name: str

    def __getattr__(self, name: str) -> Chain:
        return getattr(Chain(self.name), name)  # type: ignore[no-any-return]

    @property
    def id(self) -> str:
        return f"{{{{{self.name}.id}}}}"

    @property
    def email(self) -> str:
        return f"{{{{{self.name}.email}}}}"

    def path(self, name: str) -> str:
        """A path in the actor's own folder, unique to the run of a scenario."""
        return f"{self.id}/{{{{run}}}}/{name}"


@dataclass(frozen=True)
class Scenario:
    """Steps in order, then steps that clean up, also after a failure.

    `only`: the clients that can say it. `function`: one beside ours that it calls. `own`: the service, and
    the words of its README that say why the real server answers otherwise.
    """

    name: str
    steps: tuple[Step, ...]
    after: tuple[Step, ...] = ()
    only: tuple[str, ...] = ()
    function: str | None = None
    own: tuple[str, str] | None = None

    def finally_(self, *after: Step) -> "Scenario":
        return replace(self, after=after)

    def by(self, *clients: str) -> "Scenario":
        return replace(self, only=clients)

    def calling(self, function: str) -> "Scenario":
        return replace(self, function=function)

    def differing(self, service: str, why: str) -> "Scenario":
        return replace(self, own=(service, why))


def scenario(name: str, *steps: Step) -> Scenario:
    return Scenario(name, steps)


guest, other_guest = Actor("guest"), Actor("other_guest")
"""New devices with the anon key on which no user is signed in."""
ann, bob = Actor("ann"), Actor("bob")
"""Viewers, signed in; the same in all scenarios of a client."""
editor = Actor("editor")
service = Actor("service")
"""A server with the service role's key."""
web = Actor("web")
"""A plain HTTP client: `web.fetch(url, {"method": "HEAD"})`."""
line = Actor("line")
"""The proxy at `{{line}}`: `line.cutAfter(bytes)` cuts a connection, `line.cuts()` counts the cuts."""
