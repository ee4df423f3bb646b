"""Settings, configuration and keys of the embedded stack."""

import base64
import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path

import jwt
import pytest

from local import config, keys, project, services, settings
from local.rest import service as rest
from local.settings import ROOT, StackError


@pytest.mark.parametrize(
    ("text", "seconds"), [("168h", 604800), ("1h30m", 5400), ("45s", 45), ("0s", None), (None, None)]
)
def test_durations_are_read_as_the_supabase_cli_reads_them(text: str | None, seconds: int | None) -> None:
    assert config.seconds(text) == seconds


@pytest.mark.parametrize("text", ["7 days", "1d", "", "h", "168"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="168h"):
        config.seconds(text)


def test_the_projects_configuration_says_what_the_spec_says() -> None:
    loaded = config.load(ROOT)
    assert (loaded.jwt_expiry, loaded.session_inactivity_timeout) == (900, 7 * 24 * 3600)
    assert not loaded.enable_confirmations
    assert loaded.custom_access_token_hook == "pg-functions://postgres/private/custom_access_token_hook"


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("", set()),
        ("[realtime]\nenabled = false\n[auth]\nenabled = true\n", {"realtime"}),
        (
            "[storage]\nenabled = false\n[auth]\nenabled = false\n[studio]\nenabled = false\n",
            {"storage", "auth"},
        ),
    ],
)
def test_parts_are_off_where_the_configuration_says_so(tmp_path: Path, text: str, off: set[str]) -> None:
    (tmp_path / "supabase").mkdir()
    (tmp_path / "supabase" / "config.toml").write_text(text)
    assert config.load(tmp_path).off == off


def test_a_broken_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "supabase").mkdir()
    (tmp_path / "supabase" / "config.toml").write_text("[api\n")
    with pytest.raises(StackError, match=r"config\.toml cannot be read"):
        config.load(tmp_path)


@pytest.mark.parametrize("port", ["", "80", "http", "70000", "-1", "54321 ", "٥٤٣٢١"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("LOCAL_PORT", port)
    if port == "":
        assert settings.load().port == settings.DEFAULT_PORT
    else:
        with pytest.raises(StackError, match="LOCAL_PORT"):
            settings.load()


@pytest.mark.parametrize(
    ("stored", "named", "port"),
    [
        (None, "", settings.DEFAULT_PORT),
        ("34321\n", "", 34321),
        ("34321\n", "44321", 44321),
        ("", "", settings.DEFAULT_PORT),
        ("a port", "", settings.DEFAULT_PORT),
    ],
)
def test_the_port_is_the_named_one_or_that_of_the_last_start(
    stored: str | None, named: str, port: int, tmp_path: Path
) -> None:
    if stored is not None:
        (tmp_path / "port").write_text(stored)
    assert settings.load({"LOCAL_DIR": str(tmp_path), "LOCAL_PORT": named}).port == port


@pytest.mark.parametrize(("text", "believed"), [("1", True), ("", False), ("0", False), (None, False)])
def test_a_proxys_word_is_believed_only_where_a_setting_says_so(
    text: str | None, believed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_BEHIND_PROXY", raising=False)
    if text is not None:
        monkeypatch.setenv("LOCAL_BEHIND_PROXY", text)
    assert settings.load().behind_proxy is believed


def test_keys_are_made_once_kept_secret_and_signed_by_the_secret(tmp_path: Path) -> None:
    secrets = keys.load(tmp_path)
    assert keys.load(tmp_path) == secrets
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert jwt.decode(secrets.anon_key, secrets.jwt_secret, algorithms=["HS256"])["role"] == "anon"
    assert (
        jwt.decode(secrets.service_role_key, secrets.jwt_secret, algorithms=["HS256"])["role"]
        == "service_role"
    )
    assert secrets.jwt_secret not in repr(secrets) and secrets.database_password not in repr(secrets)
    assert secrets.secret_key not in repr(secrets)


@pytest.mark.parametrize("kind", ["publishable", "secret"])
def test_opaque_keys_have_the_form_of_self_hosted_ones(tmp_path: Path, kind: str) -> None:
    key = getattr(keys.load(tmp_path), f"{kind}_key")
    match = re.fullmatch(rf"(sb_{kind}_[A-Za-z0-9_-]{{22}})_([A-Za-z0-9_-]{{8}})", key)
    assert match
    digest = hashlib.sha256(f"supabase-self-hosted|{match[1]}".encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().startswith(match[2])


def test_keys_made_before_there_were_opaque_ones_stay_and_get_them(tmp_path: Path) -> None:
    before = {
        "jwt_secret": "a secret",
        "anon_key": "an anon key",
        "service_role_key": "a service key",
        "database_password": "a password",
    }
    (tmp_path / "keys.json").write_text(json.dumps(before))
    secrets = keys.load(tmp_path)
    assert before.items() <= asdict(secrets).items()
    assert keys.load(tmp_path) == secrets
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def project_of(directory: Path, text: str) -> project.Project:
    (directory / "supabase").mkdir()
    (directory / "supabase" / "local.toml").write_text(text)
    return project.load(directory)


def test_names_of_the_project_are_read_from_local_toml(tmp_path: Path) -> None:
    text = '[database]\nadmission = "app.count"\nrate_limits = "app.limits"\n[page]\ndocuments = "texts"'
    read = project_of(tmp_path, text)
    assert (read.admission, read.session_check, read.rate_limits) == ("app.count", "", "app.limits")
    assert read.documents == tmp_path / "texts"


def test_project_without_local_toml_has_no_names(tmp_path: Path) -> None:
    assert project.load(tmp_path) == project.Project()


@pytest.mark.parametrize("name", ["count", "a.b.c", "a.b; drop table c", 'a."b"', "a.B", " a.b"])
def test_name_that_is_not_schema_and_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"supabase/local\.toml reads like schema\.name"):
        project_of(tmp_path, f"[database]\nadmission = '{name}'")


def test_every_name_of_this_project_reaches_the_parts(tmp_path: Path) -> None:
    at = settings.load({"LOCAL_DIR": str(tmp_path)})
    secrets, loaded = keys.load(tmp_path), config.load(ROOT)
    variables = services.platform_environment(at, secrets, loaded) | rest.environment(at, secrets, loaded, 1)
    names = vars(project.load(ROOT)).values()
    assert {str(name) for name in names} <= set(variables.values())
