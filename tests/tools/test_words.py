"""The files and folders in the list of the word lint have no retired word; git lists their files."""

import pytest

from tools import words


def test_clean_files_have_no_retired_word() -> None:
    assert [fault for path in words.files(words.CLEAN) for fault in words.faults(path)] == []


def test_word_lint_refuses_a_missing_folder() -> None:
    with pytest.raises(FileNotFoundError, match="no file at webhook"):
        list(words.files(["webhook"]))


def test_word_lint_reads_comments_of_rust_but_no_texts() -> None:
    text = """
let a = "// asks"; let b = r#"// "tells" "#; // it asks
let c = ['"', '\\'];
/// It tells `asks`.
"""
    assert [(line, word) for line, word, _ in words.retired(".rs", text)] == [(2, "asks"), (4, "tells")]
