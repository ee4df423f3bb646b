"""Story 2: a taste in two minutes: ten ratings, reasons on the home page, a dismissal that is undone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import Open, faults, settled, sign_up

REASON = re.compile(r"^(Because you like|Similar to|Directed by|With) ?.+")


def test_newcomer_rates_ten_and_home_follows(open_page: Open) -> None:
    page = open_page("/sign-in")
    sign_up(page)
    newcomer = page.locator(".newcomer")
    stars = newcomer.get_by_role("slider")
    expect(stars).to_have_count(20)
    for i in range(10):
        stars.nth(i).focus()
        page.keyboard.press("ArrowRight" if i % 5 == 4 else "End")
        expect(stars.nth(i)).to_have_attribute("aria-valuenow", "0.5" if i % 5 == 4 else "5")
    expect(page.get_by_role("img", name="10 of 10 rated")).to_be_visible()
    row = page.get_by_role("region", name="For you")
    expect(row.locator(".reason").first).to_contain_text(REASON)
    title = row.get_by_role("heading", level=3).first.inner_text()
    row.get_by_role("listitem").first.hover()
    row.get_by_role("button", name=f"Not for me: {title}").click()
    expect(row.get_by_role("heading", name=title, exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("heading", name=title, exact=True)).to_have_count(1)
    page.reload()
    settled(page)
    expect(row.get_by_role("heading", name=title, exact=True)).to_have_count(1)
    expect(newcomer).to_have_count(0)


def test_home_has_a_row_for_a_favourite_genre(open_page: Open) -> None:
    page = open_page("/sign-in")
    sign_up(page)
    stars = page.locator(".newcomer").get_by_role("slider")
    expect(stars).to_have_count(20)
    for i in range(10):
        stars.nth(i).focus()
        page.keyboard.press("End")
        expect(stars.nth(i)).to_have_attribute("aria-valuenow", "5")
    row = page.get_by_role("region", name="More ").first
    expect(row.get_by_role("listitem").nth(2)).to_be_visible()
    name = row.get_by_role("heading", level=2).inner_text().removeprefix("More ")
    expect(page.get_by_role("region", name=name, exact=True)).to_have_count(0)


def test_visitor_rates_before_signing_up_and_the_rating_is_kept(
    open_page: Open, catalogue: dict[str, str]
) -> None:
    page = open_page(f"/title/{catalogue['Fargo']}")
    page.get_by_role("slider", name="Your rating of Fargo").focus()
    page.keyboard.press("End")
    sign_up(page)
    expect(page.get_by_text("What you said about “Fargo” is kept.")).to_be_visible()
    expect(page.get_by_role("slider", name="Your rating of Fargo")).to_have_attribute("aria-valuenow", "5")


def test_rating_by_half_stars_is_undone(open_page: Open, catalogue: dict[str, str]) -> None:
    page = open_page(f"/sign-in?next=/title/{catalogue['Alien']}")
    sign_up(page)
    slider = page.get_by_role("slider", name="Your rating of Alien")
    box = slider.locator(".star").nth(3).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    expect(slider).to_have_attribute("aria-valuetext", "3.5 stars")
    page.get_by_role("button", name="Undo").click()
    expect(slider).to_have_attribute("aria-valuetext", "Not rated")


@pytest.mark.parametrize(
    "address", ["/%5Cevil.example/x", "/%09/evil.example", "//evil.example", "%5C%5Cevil.example"]
)
def test_sign_in_leads_home_when_next_is_another_address(open_page: Open, address: str) -> None:
    page = open_page(f"/sign-in?next={address}")
    sign_up(page)
    expect(page).to_have_url(re.compile(r"^http://[^/]+/$"))


def test_wrong_password_is_refused_in_a_sentence(open_page: Open) -> None:
    page = open_page("/sign-in")
    faults[page].expected = ["/auth/v1/token"]
    page.get_by_label("E-mail address").fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong & 'password'")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
