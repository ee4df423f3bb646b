"""The folders that are clean of retired words stay so; git lists their files."""

import pytest

from tools import words


def test_clean_files_have_no_retired_word() -> None:
    assert [fault for path in words.files(words.CLEAN) for fault in words.faults(path)] == []


def test_missing_folder_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match="no file at webhook"):
        list(words.files(["webhook"]))
