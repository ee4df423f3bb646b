"""The client without a mouse: the skip link, rows, suggestions, stars, Back."""

from playwright.sync_api import expect

from tests.browser.steps import Open, settled


def test_first_tab_leads_to_the_page(open_page: Open) -> None:
    page = open_page("/")
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_arrow_keys_move_within_a_row(open_page: Open) -> None:
    page = open_page("/")
    settled(page)
    row = page.get_by_role("region", name="Loved by many")
    row.get_by_role("link", name="Cocoon").focus()
    page.keyboard.press("ArrowRight")
    expect(row.get_by_role("link", name="This Is Spinal Tap")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(row.get_by_role("link", name="Cocoon")).to_be_focused()
    assert row.locator("a[data-stop][tabindex='0']").count() == 1


def test_row_moves_the_other_way_in_a_right_to_left_page(open_page: Open) -> None:
    page = open_page("/")
    settled(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    row = page.get_by_role("region", name="Loved by many")
    row.get_by_role("link", name="Cocoon").focus()
    page.keyboard.press("ArrowLeft")
    expect(row.get_by_role("link", name="This Is Spinal Tap")).to_be_focused()


def test_suggestions_follow_arrow_keys_and_escape(open_page: Open) -> None:
    page = open_page("/")
    settled(page)
    box = page.get_by_role("combobox")
    box.press_sequentially("the")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("the")


def test_back_restores_the_search_and_its_filter(open_page: Open) -> None:
    page = open_page("/search?q=space")
    page.get_by_role("button", name="Animation").click()
    page.wait_for_url("**/search?q=space&genre=animation")
    page.get_by_role("link", name="WALL-E").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("WALL-E")
    page.go_back()
    expect(page.get_by_role("button", name="Animation")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.get_by_role("button", name="Animation")).to_have_attribute("aria-pressed", "false")


def test_language_and_theme_are_kept(open_page: Open) -> None:
    page = open_page("/search", color_scheme="dark")
    page.get_by_role("button", name="Light theme").click()
    page.get_by_role("button", name="ES Español").click()
    expect(page.get_by_role("link", name="Inicio")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Inicio")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("document.documentElement.lang") == "es"
