"""The files of the web client agree: texts, documents, colours, which modules call Supabase."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
MODULES = [path for path in sorted(WEB.rglob("*.js")) if "vendor" not in path.parts]
LANGUAGES = sorted((WEB / "i18n").glob("*.json"))
FORMS = (".zero", ".one", ".two", ".few", ".many", ".other")


def texts(path: Path) -> dict[str, str]:
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def stem(key: str) -> str:
    """A key without its plural form."""
    return key.rpartition(".")[0] if key.endswith(FORMS) else key


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_language_has_every_text_in_order(path: Path) -> None:
    english, translated = texts(WEB / "i18n" / "en.json"), texts(path)
    assert {stem(key) for key in translated} == {stem(key) for key in english}
    assert list(translated) == sorted(translated)
    for key, text in translated.items():
        names = set(re.findall(r"\{(\w+)\}", english.get(key, text)))
        assert set(re.findall(r"\{(\w+)\}", text)) == names, key


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_texts_of_a_module_exist(path: Path) -> None:
    known = {stem(key) for key in texts(WEB / "i18n" / "en.json")}
    used = set(re.findall(r'\bt\(\s*"([^"]+)"', path.read_text()))
    assert used - known == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_module_calls_supabase_only_from_api(path: Path) -> None:
    if path.parent.name == "api":
        return
    text = path.read_text()
    assert "vendor/supabase.js" not in text
    assert "api/client.js" not in text or path.name == "app.js"


def test_index_of_documents_has_every_document() -> None:
    listed = re.findall(r"documents: \[([^\]]*)\]", (WEB / "pages" / "docs.js").read_text())
    names = set(re.findall(r'"([\w-]+)"', " ".join(listed)))
    assert names == {path.stem for path in (ROOT / "docs").glob("*.md")}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


PALETTES = re.findall(
    r'palette\(\s*"(#\w{6})",\s*"(#\w{6})"', (WEB / "components/poster/palettes.js").read_text()
)


def test_posters_have_36_palettes() -> None:
    assert len(PALETTES) == 36


@pytest.mark.parametrize(("ground", "ink"), PALETTES)
def test_title_of_a_poster_reads_on_its_ground(ground: str, ink: str) -> None:
    assert contrast(ground, ink) >= 4.5


THEMES = dict(
    re.findall(r'\[data-theme="(\w+)"\] \{(.*?)\}', (WEB / "styles/tokens.css").read_text(), re.DOTALL)
)
PAIRS = [
    (front, back)
    for front in ("text", "muted", "accent", "good", "warn", "bad", "new", "learning", "known", "ignored")
    for back in ("ground", "raised", "raised-more")
] + [("on-accent", "accent"), ("accent", "accent-soft")]


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_pair_of_colours_reaches_aa(theme: str, front: str, back: str) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", THEMES[theme]))
    assert contrast(colours[front], colours[back]) >= 4.5
