"""The files and folders in the list of the word lint have no retired word; git lists their files."""

import pytest

from tools import words


def test_clean_files_have_no_retired_word() -> None:
    assert [fault for path in words.files(words.CLEAN) for fault in words.faults(path)] == []


def test_word_lint_refuses_a_missing_folder() -> None:
    with pytest.raises(FileNotFoundError, match="no file at webhook"):
        list(words.files(["webhook"]))
