"""Story 1: a visitor finds a film by a feeling, looks at it, and saves it by signing up."""

import json

import psycopg
from playwright.sync_api import Page, expect

from local.temporary_stack import Stack
from tests.browser.steps import Open, sign_up
from tests.waiting import until

FEELING = "something funny about getting old"


def choose_while_typing(page: Page, title: str) -> None:
    page.get_by_role("combobox").press_sequentially(FEELING)
    option = page.get_by_role("option", name=title)
    option.wait_for()
    option.click()


def test_visitor_finds_a_film_by_a_feeling_and_keeps_it(open_page: Open, stack: Stack) -> None:
    page = open_page("/")
    choose_while_typing(page, "Grumpier Old Men")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grumpier Old Men")
    expect(page.locator(".fact-line")).to_contain_text("1995")
    expect(page.locator(".fact-line")).to_contain_text("1 h 41 min")
    expect(page.locator(".certificate")).to_have_text("PG-13")
    expect(page.locator(".overview")).to_contain_text("ice fishing")
    expect(page.get_by_text("Howard Deutch")).to_be_visible()
    expect(page.get_by_text("Walter Matthau")).to_be_visible()
    expect(page.get_by_role("region", name="More like this").get_by_role("listitem").first).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What you said about “Grumpier Old Men” is kept")).to_be_visible()
    sign_up(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Grumpier Old Men")
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Me", exact=True).click()
    expect(
        page.get_by_role("region", name="Your list").get_by_role("link", name="Grumpier Old Men")
    ).to_be_visible()


def test_results_of_a_feeling_are_films_that_fit(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("combobox").fill(FEELING)
    page.keyboard.press("Enter")
    first = page.get_by_role("region", name="Results").get_by_role("listitem")
    expect(first.first).to_be_visible()
    assert "Grumpier Old Men" in " ".join(first.all_inner_texts()[:5])


def headings(page: Page) -> list[str]:
    return page.get_by_role("heading", level=3).all_inner_texts()


def test_understood_filters_are_shown_and_removed(open_page: Open) -> None:
    page = open_page("/search?q=comedies+of+the+1990s")
    genre = page.get_by_role("button", name="Do not understand: Comedy")
    years = page.get_by_role("button", name="Do not understand: 1990\u20131999")
    expect(genre).to_be_visible()
    assert "Airplane!" not in headings(page)
    years.click()
    page.wait_for_url("**/search?q=comedies+of+the+1990s&ignore=years")
    expect(years).to_have_count(0)
    genre.click()
    page.wait_for_url("**/search?q=comedies+of+the+1990s&ignore=years%2Cgenres")
    expect(page.get_by_text("Understood:")).to_have_count(0)
    page.go_back()
    expect(genre).to_be_visible()


def test_browsing_is_sorted_and_stays_so_with_a_filter(open_page: Open) -> None:
    page = open_page("/search")
    page.get_by_label("Sort by").select_option("Year, latest first")
    page.wait_for_url("**/search?sort=year")
    page.get_by_role("button", name="Comedy").click()
    page.wait_for_url("**/search?sort=year&genre=comedy")
    expect(page.get_by_role("heading", level=3).first).to_have_text("Ratatouille")


def test_availability_says_with_what_a_title_can_be_watched(
    open_page: Open, stack: Stack, catalogue: dict[str, str]
) -> None:
    item = catalogue["Grease"]
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(
            "insert into public.item_availability (item_id, tier) values (%s, 'premium')", [item]
        )
        try:
            page = open_page(f"/title/{item}")
            expect(page.get_by_text("You can watch this here with Premium.")).to_be_visible()
        finally:
            connection.execute("delete from public.item_availability where item_id = %s", [item])


def test_title_that_does_not_exist_offers_a_way_on(open_page: Open) -> None:
    page = open_page("/title/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("heading", name="This title is not here")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="Search")).to_be_visible()


def test_result_that_is_chosen_is_recorded(open_page: Open, stack: Stack) -> None:
    page = open_page("/search?q=Grumpier+Old+Men")
    result = page.get_by_role("region", name="Results").get_by_role("link").first
    with page.expect_response("**/rpc/record_search_click") as response:
        result.click()
    assert response.value.status == 204
    expect(page.get_by_role("heading", level=1)).to_have_text("Grumpier Old Men")
    click: dict[str, object] = json.loads(str(response.value.request.post_data))
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        until(lambda: rows(connection, click["search_id"]))
        assert rows(connection, click["search_id"]) == [("Grumpier Old Men", click["item_id"], 1)]


def rows(connection: psycopg.Connection, search: object) -> list[tuple[object, ...]]:
    """The search, once its click is written."""
    query = (
        "select query, clicked_item_id::text, clicked_position from query_events "
        "where id = %s and clicked_at is not null"
    )
    return connection.execute(query, [search]).fetchall()
