"""What several stories do, and what no page may do."""

import re
import uuid
from collections.abc import Callable

from playwright.sync_api import ConsoleMessage, Page

Open = Callable[..., Page]


class Faults:
    """What a page may not do: log an error, raise one, or break its own policy."""

    def __init__(self, page: Page) -> None:
        self.lines: list[str] = []
        self.expected: list[str] = []
        """Patterns of addresses whose refusal the test wants."""
        page.on("console", self.log)
        page.on("pageerror", lambda error: self.lines.append(f"raised {error}"))

    def log(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        wanted = any(re.search(pattern, where) for pattern in self.expected)
        if message.type in ("error", "warning") and not wanted:
            self.lines.append(f"{message.type} {message.text} {where}")


faults: dict[Page, Faults] = {}
"""Of the pages that are open."""


def settled(page: Page) -> None:
    """Wait until the page has loaded. Not `wait_for_function`, which the page's policy refuses."""
    page.locator("main :is(h1, h2)").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")


def sign_up(page: Page) -> str:
    """Sign up by the form that the page shows; returns the address."""
    address = f"viewer+{uuid.uuid4().hex[:12]}@example.com"
    page.get_by_label("E-mail address").fill(address)
    if page.get_by_role("button", name="New here? Sign up").is_visible():
        page.get_by_role("button", name="New here? Sign up").click()
    page.get_by_label("Password").fill("correct horse & 'staple'")
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.get_by_role("link", name="Me", exact=True).first.wait_for()
    return address
