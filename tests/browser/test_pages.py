"""Every page: it is accessible, fits the screen, keeps its policy, and is photographed for the eye."""

import os
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from local.temporary_stack import Stack
from tests.browser.steps import Open, faults, settled, sign_up

SHOTS = Path(__file__).parent / "screenshots"
"""Ignored by git; `make screenshots` adds the matrix of themes and directions."""
PAGES = {
    "home": "/",
    "search": "/search?q=space",
    "search-empty": "/search?q=xqzzv",
    "browse": "/search",
    "title": "/title/{Spirited Away}",
    "sign-in": "/sign-in",
    "docs": "/docs",
    "document": "/docs/errors",
    "not-found": "/nowhere",
}
SIGNED_IN = {"me": "/me", "home-viewer": "/"}
MATRIX = bool(os.environ.get("SCREENSHOTS"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def path_of(name: str, catalogue: dict[str, str]) -> str:
    path = PAGES[name]
    for title, id in catalogue.items():
        path = path.replace(f"{{{title}}}", id)
    return path


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds, each with the element."""
    page.evaluate(axe)
    found = page.evaluate("tags => axe.run({ runOnly: tags })", TAGS)["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def photograph(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=MATRIX)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_fits(
    name: str, width: int, open_page: Open, catalogue: dict[str, str], axe: str
) -> None:
    page = open_page(path_of(name, catalogue), width, color_scheme="dark" if width == 390 else "light")
    settled(page)
    photograph(page, f"{name}-{width}")
    assert violations(page, axe) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_a_viewer_are_accessible_and_fit(width: int, open_page: Open, axe: str) -> None:
    page = open_page("/sign-in?next=/me", width, color_scheme="dark")
    sign_up(page)
    page.get_by_role("heading", name="Who is watching?").wait_for()
    for name, path in SIGNED_IN.items():
        page.goto(path)
        settled(page)
        photograph(page, f"{name}-{width}")
        assert violations(page, axe) == []
        assert overflow(page) <= 0


@pytest.mark.skipif(not MATRIX, reason="`make screenshots` makes the matrix")
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_page_in_each_theme_and_direction(
    name: str, width: int, scheme: str, direction: str, open_page: Open, catalogue: dict[str, str]
) -> None:
    page = open_page(path_of(name, catalogue), width, color_scheme=scheme)
    settled(page)
    page.evaluate("direction => { document.documentElement.dir = direction }", direction)
    photograph(page, f"matrix/{name}-{width}-{scheme}-{direction}".replace("matrix/", "matrix-"))
    assert overflow(page) <= 0


def test_page_says_what_happened_without_a_network(open_page: Open) -> None:
    page = open_page("/search?q=space")
    settled(page)
    faults[page].expected = [""]
    page.context.set_offline(True)
    page.get_by_role("combobox", name="Search films").fill("robots")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    photograph(page, "search-error-1280")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="WALL-E")).to_be_visible()


def test_page_shows_skeletons_while_it_loads(open_page: Open) -> None:
    page = open_page("/docs")
    settled(page)
    page.route("**/search/content*", lambda _: None)
    page.get_by_role("link", name="Search by a feeling").click()
    expect(page.locator(".skeleton")).to_be_visible()
    photograph(page, "search-loading-1280")
    page.unroute_all(behavior="ignoreErrors")


def test_policy_allows_own_scripts_and_styles_alone(stack: Stack, catalogue: dict[str, str]) -> None:
    for path in ("/", "/app.js", f"/title/{catalogue['Babe']}"):
        answer = httpx.get(stack.url + path, headers={"accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy
            and "script-src 'self';" in policy
            and "style-src 'self';" in policy
        )
        assert "unsafe" not in policy
    text = httpx.get(stack.url).text
    assert "<style" not in text and " style=" not in text and "onclick" not in text


def test_markup_in_a_title_is_shown_as_text(open_page: Open, catalogue: dict[str, str]) -> None:
    title = next(title for title in catalogue if title.startswith("<b>"))
    page = open_page(f"/title/{catalogue[title]}")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.locator("main i").count() == 0


@pytest.mark.parametrize("path", ["/docs/errors.md", "/status", "/config.json", "/vendor/preact.js"])
def test_files_of_the_stack_are_not_pages_of_the_client(stack: Stack, path: str) -> None:
    answer = httpx.get(stack.url + path)
    assert answer.status_code == 200
    assert 'id="app"' not in answer.text


@pytest.mark.parametrize("path", ["/nowhere.js", "/.gitignore", "/vendor/..%2f..%2fREADME.md", "/nowhere"])
def test_clients_of_the_api_get_no_page_for_an_unknown_path(stack: Stack, path: str) -> None:
    assert httpx.get(stack.url + path).status_code in (400, 404)
