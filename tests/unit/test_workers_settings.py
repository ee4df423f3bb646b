"""Settings are read from the environment."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from workers.common.settings import Secret, SettingsError, load


@dataclass(frozen=True)
class Settings:
    database_url: Secret
    search_url: str
    port: int = 8080
    model_dir: Path | None = None


WHOLE = {"DATABASE_URL": "postgresql://me:hidden@db/postgres", "SEARCH_URL": "http://search", "PORT": "9000"}


def test_settings_are_read_with_their_types() -> None:
    settings = load(Settings, {**WHOLE, "MODEL_DIR": "/models", "UNKNOWN": "ignored"})
    assert settings == Settings(Secret(WHOLE["DATABASE_URL"]), "http://search", 9000, Path("/models"))


@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_setting_counts_as_missing(empty: str) -> None:
    assert load(Settings, {**WHOLE, "PORT": empty, "MODEL_DIR": empty}).port == 8080
    with pytest.raises(SettingsError, match="SEARCH_URL is missing"):
        load(Settings, {**WHOLE, "SEARCH_URL": empty})


def test_all_invalid_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load(Settings, {"PORT": "eighty"})
    for complaint in ("DATABASE_URL is missing", "SEARCH_URL is missing", "PORT cannot be read"):
        assert complaint in str(raised.value)


def test_secret_settings_are_masked_in_repr() -> None:
    settings = load(Settings, WHOLE)
    assert "hidden" not in repr(settings)
    assert f"{settings.database_url}" == WHOLE["DATABASE_URL"]
