"""supabase-py and supabase-js on one channel at the same time: each receives the other's messages."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.drivers.javascript import JavaScriptDriver
from tests.clients.drivers.python import PythonDriver
from tests.clients.scenarios.answers import Answer
from tests.clients.scenarios.channel_steps import (
    FIRST,
    MEMBERS_ONLY,
    ROOM,
    changed,
    inserted,
    joins,
    listens,
    present,
    received,
    room,
    says,
)
from tests.clients.scenarios.language import (
    ABSENT,
    Actor,
    Call,
    Contains,
    File,
    Scenario,
    Step,
    scenario,
)
from tests.clients.scenarios.rows import AWKWARD
from tests.clients.scenarios.stage import Stage
from tests.conftest import Stack

PEOPLE = ("python", "javascript", "other_python", "other_javascript")
python, javascript, other_python, other_javascript = map(Actor, PEOPLE)
DESK = "desk {{run}} {{python.id}} {{javascript.id}}"
LETTERS = "letters {{run}}"
BYTES = File(bytes(range(256)))
ALL_GONE = [who.removeAllChannels().gives() for who in (python, javascript, other_python, other_javascript)]


class Both:
    """A driver for both: actors with `python` in their name use supabase-py, the others supabase-js."""

    name = "both"

    def __init__(self, url: str, folder: Path) -> None:
        self._python = PythonDriver(url, folder, is_async=True)
        self._javascript = JavaScriptDriver(url)

    def run(self, client: str, key: str, calls: tuple[Call, ...]) -> Answer:
        driver = self._python if "python" in client else self._javascript
        return driver.run(client, key, calls)

    def close(self) -> None:
        self._python.close()
        self._javascript.close()


@pytest.fixture(scope="module")
def stage(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on which all people are signed in."""
    both = Both(stack.url, tmp_path_factory.mktemp("files"))
    ids = {}
    for name in PEOPLE:
        account = {"email": f"{name}+{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
        answer = both.run(name, stack.anon_key, (("auth", None), ("signUp", (account,))))
        ids[f"{name}.id"] = answer.data["user"]["id"]
    yield Stage(both, stack, ids)
    both.close()


def talk(topic: str, **config: Any) -> list[Step]:
    """Both join and receive each other's texts, without an echo of their own."""
    texts = [{"text": text, text: None} for text in AWKWARD]
    return [
        *(joins(who, topic, **config) for who in (python, javascript)),
        *(says(python, text, topic) for text in texts),
        received(javascript, *texts, topic=topic),
        *(says(javascript, text, topic) for text in texts),
        received(python, *texts, topic=topic),
    ]


def meet(topic: str) -> list[Step]:
    """On a channel that both have joined, each sees the other's presence begin, change and end."""
    p, j = [{"at": "Python; 🎬"}], [{"at": "JavaScript", "none": None}]
    return [
        python.channel(topic).track(p[0]).gives(),
        javascript.channel(topic).track(j[0]).gives(),
        *(present(who, {"p": p, "j": j}, topic) for who in (python, javascript)),
        javascript.channel(topic).track({"at": "lunch"}).gives(),
        *(present(who, {"p": p, "j": [{"at": "lunch"}]}, topic) for who in (python, javascript)),
        javascript.channel(topic).untrack().gives(),
        present(python, {"p": p, "j": ABSENT}, topic),
        python.channel(topic).unsubscribe().gives(),
        present(javascript, {"p": ABSENT, "j": ABSENT}, topic),
    ]


SCENARIOS = (
    scenario("both languages receive each other's broadcasts on a public channel", *talk(ROOM)),
    scenario(
        "both languages receive each other's broadcasts on a private channel", *talk(DESK, private=True)
    ),
    *(
        scenario(
            f"both languages see each other's presence on a {'private' if private else 'public'} channel",
            *(
                joins(who, topic, presence={"key": key, "enabled": True}, private=private)
                for who, key in ((python, "p"), (javascript, "j"))
            ),
            *meet(topic),
        )
        for topic, private in ((ROOM, False), (DESK, True))
    ),
    scenario(
        "supabase-js receives bytes; supabase-py, whose encoding has none, receives later messages",
        *(joins(who) for who in (python, javascript, other_javascript)),
        says(javascript, BYTES),
        python.channel(ROOM).httpSend("news", BYTES).gives(),
        says(javascript, {"n": 1}),
        received(other_javascript, BYTES.content, BYTES.content, {"n": 1}),
        received(python, {"n": 1}),
        received(javascript, BYTES.content),
    ),
    scenario(
        "both languages receive changes of readable rows only",
        *(
            step
            for who in (python, javascript, other_python, other_javascript)
            for step in listens(who, LETTERS, event="*")
        ),
        python.from_("realtime_letters")
        .insert({"id": FIRST, "text": 'a, "b"; 🎬', "readers": [python.id, javascript.id]})
        .gives(),
        javascript.from_("realtime_letters").update({"text": None}).eq("id", FIRST).gives(),
        *(
            who.from_("realtime_letters").insert({"id": f"{FIRST} {n}", "text": "own"}).gives()
            for n, who in enumerate((other_python, other_javascript), 1)
        ),
        *(
            changed(
                who,
                LETTERS,
                inserted(
                    id=FIRST, text='a, "b"; 🎬', more=None, done=None, readers=[python.id, javascript.id]
                ),
                {"eventType": "UPDATE", "new": {"id": FIRST, "text": None}, "old": {"id": FIRST}},
            )
            for who in (python, javascript)
        ),
        *(
            changed(who, LETTERS, inserted(id=f"{FIRST} {n}", text="own"))
            for n, who in enumerate((other_python, other_javascript), 1)
        ),
    ),
    scenario(
        "non-members can neither join a private channel nor receive or send under its name",
        *(joins(who, DESK, private=True) for who in (python, javascript)),
        room(other_python, DESK, private=True).subscribe().refused(message=Contains(MEMBERS_ONLY + DESK)),
        room(other_javascript, DESK, private=True).subscribe().refused(message=Contains(MEMBERS_ONLY + DESK)),
        *(
            who.channel(DESK).httpSend("news", {"forged": 1}).gives()
            for who in (other_python, other_javascript)
        ),
        *(who.removeAllChannels().gives() for who in (other_python, other_javascript)),
        *(joins(who, DESK) for who in (other_python, other_javascript)),
        says(python, {"n": 1}, DESK),
        says(javascript, {"n": 2}, DESK),
        says(other_python, {"public": 1}, DESK),
        says(other_javascript, {"public": 2}, DESK),
        received(other_python, {"public": 2}, topic=DESK),
        received(other_javascript, {"public": 1}, topic=DESK),
        received(javascript, {"n": 1}, topic=DESK),
        received(python, {"n": 2}, topic=DESK),
    ),
)


@pytest.mark.usefixtures("realtime_schema")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_of_clients_in_two_languages(stage: Stage, scenario: Scenario) -> None:
    stage.kept["run"] = uuid.uuid4().hex[:12]
    stage.play(scenario.finally_(*ALL_GONE))
