"""Drive supabase-js in one Node.js process for the whole run: one line of JSON a call, one an answer."""

import base64
import json
import select
import subprocess
from pathlib import Path
from typing import Any

from tests.clients.scenarios.answers import Answer
from tests.clients.scenarios.language import Call, File
from tools import node

FOLDER = Path(__file__).parent / "node"
PATIENCE = 120


class JavaScriptDriver:
    name = "supabase-js"

    def __init__(self, url: str) -> None:
        node.install(FOLDER, "supabase-js")
        self._process = subprocess.Popen(
            [node.NODE, FOLDER / "driver.mjs", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, client: str, key: str, calls: tuple[Call, ...]) -> Answer:
        """Raises RuntimeError for an exception that is no refusal, and if Node.js does not answer."""
        calls_pipe, answers = self._process.stdin, self._process.stdout
        assert calls_pipe and answers
        line = json.dumps({"client": client, "key": key, "calls": calls}, default=_file)
        calls_pipe.write(f"{line}\n".encode())
        calls_pipe.flush()
        ready, _, _ = select.select([answers], [], [], PATIENCE)
        text = answers.readline() if ready else b""
        if not text:
            raise RuntimeError(f"Node.js does not answer {line[:1000]}")
        answer = json.loads(text, object_hook=_with_bytes)
        if "thrown" in answer:
            raise RuntimeError(answer["thrown"])
        return Answer(answer.get("data"), answer.get("count"), answer.get("error"))

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def _file(value: object) -> dict[str, Any]:
    if not isinstance(value, File):
        raise TypeError(f"{value!r} has no JSON form")
    content = base64.b64encode(value.content).decode()
    return {"$file": content, "form": value.form, "kind": value.kind, "times": value.times}


def _with_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["$bytes"]) if "$bytes" in value else value
