"""What the documents say is there, is; what is there, they say."""

import re
import subprocess
from dataclasses import fields

from local.settings import ROOT
from workers.embedding.settings import Settings as EmbeddingSettings
from workers.item_model.settings import Settings as ItemModelSettings
from workers.jobs.settings import Settings as JobsSettings
from workers.search.settings import Settings as SearchSettings

README = (ROOT / "README.md").read_text()


def test_every_make_target_is_in_the_readme() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    table = " ".join(line for line in README.splitlines() if line.startswith("| `make"))
    assert {name for name in targets if f"`make {name}" not in table and f"`{name}" not in table} == set()


def test_every_setting_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    for settings in (SearchSettings, EmbeddingSettings, ItemModelSettings, JobsSettings):
        for field in fields(settings):
            assert re.search(rf"^#? ?{field.name.upper()}=", example, re.MULTILINE), field.name


def test_git_ignores_files_of_secrets_and_keeps_the_example() -> None:
    """`make env > storage.env` and `make up` write them."""
    names = (
        ".env",
        ".env.local",
        "storage.env",
        "auth.env",
        "supabase/functions/.env",
        "a/b.env",
        ".env.example",
    )
    done = subprocess.run(
        ["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [*names[:-1]]


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    for path in (
        "requirements.in",
        "local/requirements.in",
        "requirements-engine.in",
        "requirements-dev.in",
        "requirements-bench.in",
    ):
        for line in (ROOT / path).read_text().splitlines():
            if line and not line.startswith(("#", "-c ")):
                name = re.split(r"[\[<>=]", line)[0]
                assert re.search(rf"^\|.*\b{re.escape(name)}\b", reasons, re.MULTILINE), name


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
