"""Storage answers as the recorded server does."""

import os
import subprocess
import sys
from pathlib import Path

from local.temporary_stack import Stack

CONTRACTS = Path(__file__).parent.parent.parent / "contracts"


def test_every_recorded_case_is_answered_as_the_recorded_server_does(stack: Stack, tmp_path: Path) -> None:
    actual = str(tmp_path / "storage.jsonl")
    url = f"{stack.url}/storage/v1"
    run(stack, [CONTRACTS / "record_storage.py", url, stack.jwt_secret, stack.database_url, actual])
    run(stack, [CONTRACTS / "compare.py", CONTRACTS / "storage.jsonl", actual])


def run(stack: Stack, command: list[str | Path]) -> None:
    environment = os.environ | {"SUPABASE_ANON_KEY": stack.anon_key}
    process = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
