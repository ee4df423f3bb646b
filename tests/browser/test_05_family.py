"""Story 5: a child's profile sees nothing above its age, and cannot be left without the PIN."""

from playwright.sync_api import Page, expect

from tests.browser.steps import Open, faults, settled, sign_up

ADULT = ("Blade Runner", "Alien", "The Shining", "Pulp Fiction")


def hand_over_to_child(page: Page) -> None:
    page.get_by_role("button", name="Add a profile").click()
    page.get_by_label("Name").fill("Zoë & “Mo”")
    page.get_by_label("For a child").check()
    page.get_by_role("button", name="Create the profile").click()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("First set a PIN")).to_be_visible()
    page.get_by_label("PIN", exact=True).fill("4711")
    page.get_by_role("button", name="Save the PIN").click()
    expect(page.get_by_text("The PIN is set.")).to_be_visible()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Zoë & “Mo” is watching.")).to_be_visible()


def test_child_sees_nothing_above_its_age_and_cannot_leave(
    open_page: Open, catalogue: dict[str, str]
) -> None:
    page = open_page("/sign-in?next=/me")
    sign_up(page)
    hand_over_to_child(page)
    settled(page)
    shown = page.get_by_role("heading", level=3).all_inner_texts()
    assert "Babe" in shown
    assert not set(ADULT) & set(shown)
    page.get_by_role("combobox").press_sequentially("alien")
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url("**/search?q=alien")
    settled(page)
    assert not set(ADULT) & set(page.get_by_role("heading", level=3).all_inner_texts())
    page.goto(f"/title/{catalogue['Alien']}")
    expect(page.get_by_role("heading", name="This title is not here")).to_be_visible()
    page.goto(f"/title/{catalogue['WALL-E']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("WALL-E")
    settled(page)
    assert not set(ADULT) & set(page.get_by_role("heading", level=3).all_inner_texts())


def test_child_leaves_by_the_right_pin_alone(open_page: Open) -> None:
    page = open_page("/sign-in?next=/me")
    sign_up(page)
    hand_over_to_child(page)
    page.goto("/me")
    expect(page.get_by_role("heading", name="Who is watching?")).to_have_count(0)
    faults[page].expected = ["/rpc/leave_kids_mode"]
    page.get_by_role("button", name="Leave").click()
    page.get_by_label("PIN").fill("0000")
    page.get_by_role("button", name="Leave kids mode").click()
    expect(page.get_by_role("alert")).to_contain_text("That is not the PIN")
    page.get_by_label("PIN").fill("4711")
    page.get_by_role("button", name="Leave kids mode").click()
    expect(page.get_by_role("heading", name="Who is watching?")).to_be_visible()
    expect(page.get_by_text("is watching. Only titles for children")).to_have_count(0)
