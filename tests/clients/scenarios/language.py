"""The words in which scenarios are told: who calls what, and how it must end.

A call is written as supabase-js documents it, `ann.storage.from_("avatars").upload(path, File(b"x"))`, with
an underscore after Python's own words (`from_`, `in_`, `is_`, `or_`, `not_`). The drivers say it in the words
of their client, so options are those of supabase-js too: `{"contentType": "text/csv"}`.

In texts, `{{name}}` stands for what a step before has kept under that name. There are always `{{run}}`, new
for every scenario and client, `{{url}}` and `{{anon_key}}`, the stack's, `{{line}}`, the same address behind
a line that can be cut, and `{{password}}`, everybody's.

What is heard on a channel is written down by the driver: `on` takes no callback, and of a topic that was
joined `heard("broadcast")` gives what came since, `states()` what was told of joining.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

Call = tuple[str, tuple[Any, ...] | None]
"""A method's name and its arguments; None: an attribute that is only passed through."""


@dataclass(frozen=True)
class File:
    """What is uploaded: `times` repetitions of a content, in one of the forms a client takes.

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
    """Anything but null, known to later steps as `{{name}}`."""

    name: str


@dataclass(frozen=True)
class Contains:
    """A text in which this one is."""

    text: str


@dataclass(frozen=True)
class Is:
    """A value for which this is true."""

    true: Callable[[Any], bool]
    words: str

    def __repr__(self) -> str:
        return f"<{self.words}>"


ANY = Is(lambda _value: True, "anything")
ABSENT = Is(lambda _value: False, "not there")


@dataclass(frozen=True)
class Step:
    """A call by somebody, and what it must answer: data of this form, or a refusal with these words."""

    actor: str
    calls: tuple[Call, ...]
    data: Any = ANY
    count: int | None = None
    refusal: Mapping[str, Any] | None = None
    patient: bool = False

    def eventually(self) -> "Step":
        """Asked again and again until it ends as it must."""
        return replace(self, patient=True)


@dataclass(frozen=True)
class Chain:
    """Calls so far. Of a dict, an answer may have more than is expected; of a list, neither more nor less."""

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
        """With this code, status, message, details, hint or reasons: of storage, status and message."""
        return Step(self.actor, self.calls, refusal=words)


@dataclass(frozen=True)
class Actor:
    """Somebody with a client of their own."""

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
        """In a folder of their own that nothing else of the run is in."""
        return f"{self.id}/{{{{run}}}}/{name}"


@dataclass(frozen=True)
class Scenario:
    """Steps in order, then those that clean up, whatever happened.

    `only`: the clients that can say it. `function`: one beside ours that it calls.
    """

    name: str
    steps: tuple[Step, ...]
    after: tuple[Step, ...] = ()
    only: tuple[str, ...] = ()
    function: str | None = None

    def finally_(self, *after: Step) -> "Scenario":
        return replace(self, after=after)

    def by(self, *clients: str) -> "Scenario":
        return replace(self, only=clients)

    def calling(self, function: str) -> "Scenario":
        return replace(self, function=function)


def scenario(name: str, *steps: Step) -> Scenario:
    return Scenario(name, steps)


guest, other_guest = Actor("guest"), Actor("other_guest")
"""New devices with the anon key, on which nobody is signed in yet."""
ann, bob = Actor("ann"), Actor("bob")
"""Viewers, signed in; the same in all scenarios of a client."""
editor = Actor("editor")
service = Actor("service")
"""Who has the service role's key."""
web = Actor("web")
"""Whatever fetches a URL: `web.fetch(url, {"method": "HEAD"})`."""
line = Actor("line")
"""The line of `{{line}}`: `line.cutAfter(bytes)` breaks a connection off, `line.cuts()` counts them since."""
