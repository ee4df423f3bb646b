"""Git ignores files with secrets."""

import subprocess

from local.settings import ROOT


def test_git_ignores_files_of_secrets_and_keeps_the_example() -> None:
    """`make env > storage.env` and `make up` write them."""
    ignored = [".env", ".env.local", "storage.env", "auth.env", "supabase/functions/.env", "a/b.env"]
    words = ["git", "check-ignore", "--no-index", *ignored, ".env.example"]
    assert subprocess.run(words, cwd=ROOT, capture_output=True, text=True).stdout.split() == ignored
