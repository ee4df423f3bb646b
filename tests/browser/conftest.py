"""A real browser at the address of the stack, and a small catalogue that it shows."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.temporary_stack import Stack
from tests.browser.steps import Faults, Open, faults
from tests.waiting import until
from tools import chromium, node, vendor

HERE = Path(__file__).parent
CHECKS = HERE.parents[1] / "tools" / "web_checks"
FLAGS = ("--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update")
PATIENCE = 30_000
"""Milliseconds, for a busy machine."""
expect.set_options(timeout=PATIENCE)
SIZES = {390: 844, 1280: 900}


@pytest.fixture(scope="module")
def catalogue(stack: Stack) -> Iterator[dict[str, str]]:
    """The ids of the films of catalogue.sql by title, embedded and counted; deleted at the end."""
    vendor.copy_once()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute((HERE / "catalogue.sql").read_bytes())
        rows = connection.execute("select title, id::text from public.content").fetchall()
        count = "select count(*) from public.item_embeddings"
        until(lambda: (connection.execute(count).fetchone() or (0,))[0] >= len(rows), 60)
        # Otherwise counts of the same number of films would count as recent.
        connection.execute("delete from private.feature_shares")
        connection.execute("select private.count_features()")
        yield {title: id for title, id in rows}
        connection.execute("delete from public.items where id = any (%s::uuid[])", [[id for _, id in rows]])
        connection.execute(
            "delete from public.people as p "
            "where not exists (select from public.credits as c where c.person_id = p.id)"
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Without one the tests are skipped on a developer's machine and fail in CI."""
    program = chromium.path()
    if not program:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(stack: Stack, catalogue: dict[str, str], browser: Browser) -> Iterator[Open]:
    """Opens a path in a browser of its own; at the end no page has logged an error."""
    pages: list[Page] = []
    with ExitStack() as contexts:

        def open_page(path: str, width: int = 1280, **options: Any) -> Page:
            size = {"width": width, "height": SIZES.get(width, 900)}
            options = {"viewport": size, "locale": "en-GB", "reduced_motion": "reduce"} | options
            context = browser.new_context(base_url=stack.url, **options)
            contexts.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            faults[page] = Faults(page)
            pages.append(page)
            page.goto(path)
            return page

        yield open_page
        for page in pages:
            assert faults.pop(page).lines == []


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script."""
    node.install(CHECKS, "axe-core")
    return (CHECKS / "node_modules" / "axe-core" / "axe.min.js").read_text()
