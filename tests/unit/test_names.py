"""The lint of test names finds planted names, and the folders in its list are clean."""

import pytest

from tools import names

LONGEST_NAME = "test_" + "x" * (names.LONGEST - len("test_"))


@pytest.mark.parametrize(
    "name",
    [
        "test_what_is_wrong_is_named",
        "test_who_is_signed_out_is_refused",
        "test_whoever_signed_out_is_refused",
        "test_it_is_up",
        "test_its_limits_are_lifted",
        "test_others_may_not_embed",
        "test_nobody_there_is_away",
        "test_nor_changed",
        "test_of_two_pieces_one_is_taken",
        "test_so_is_one_of_another",
    ],
)
def test_planted_test_name_without_a_subject_is_found(name: str) -> None:
    ((line, fault),) = names.name_faults(f"\nclass TestX:\n    async def {name}(self) -> None: ...\n")
    assert (line, fault.split(" ", 1)) == (3, [name, "names no subject: subject, expectation, condition"])


def test_planted_test_name_that_is_too_long_is_found() -> None:
    ((line, fault),) = names.name_faults(f"def {LONGEST_NAME}x() -> None: ...\n")
    assert (line, fault.endswith("has 71 characters: at most 70")) == (1, True)


@pytest.mark.parametrize(
    "name", ["test_owner_cannot_update_another_profile", "test_item_is_found", "what_is_wrong", LONGEST_NAME]
)
def test_name_with_a_subject_or_of_a_helper_is_no_fault(name: str) -> None:
    assert list(names.name_faults(f"def {name}() -> None: ...\n")) == []


def test_clean_folders_have_no_fault_in_test_names() -> None:
    assert list(names.faults(names.CLEAN)) == []


def test_name_lint_refuses_a_missing_folder() -> None:
    with pytest.raises(FileNotFoundError, match="no file at"):
        list(names.faults(["tests/nowhere"]))
