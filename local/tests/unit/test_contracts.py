"""The comparison with recorded servers sees every difference but those that it names."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from local import config, external_servers, keys
from local.settings import ROOT, Settings
from local.tests.contracts import compare

CONTRACTS = ROOT / "local" / "tests" / "contracts"
FILES = ("auth.jsonl", "storage.jsonl")
BODY = {"id": "<uuid>", "n": 1, "ok": True, "none": None, "list": [{"a": 1}, {"a": 2}], "empty": []}


def recorded(
    body: Any, status: int = 200, case: str = "a case", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    return {"case": case, "response": {"status": status, "body": body, "headers": headers or {}}}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("name", "value", "difference"),
    [
        ("id", None, 'response.body.id: "<uuid>" expected, null found'),
        ("id", "<time>", 'response.body.id: "<uuid>" expected, "<time>" found'),
        ("none", "x", 'response.body.none: null expected, "x" found'),
        ("none", {}, "response.body.none: null expected, {} found"),
        ("n", 2, "response.body.n: 1 expected, 2 found"),
        ("n", True, "response.body.n: 1 expected, true found"),
        ("n", "1", 'response.body.n: 1 expected, "1" found'),
        ("ok", 1, "response.body.ok: true expected, 1 found"),
        ("list", [], 'response.body.list[0]: {"a": 1} expected, nothing found'),
        ("list", [{"a": 1}], 'response.body.list[1]: {"a": 2} expected, nothing found'),
        ("list", [{"a": 1}, {"a": 3}], "response.body.list[1].a: 2 expected, 3 found"),
        ("list", [{"a": 2}, {"a": 1}], "response.body.list[0].a: 1 expected, 2 found"),
        ("list", [{"a": 1}, {"a": 2}, 3], "response.body.list[2]: not expected, 3 found"),
        ("empty", [1], "response.body.empty[0]: not expected, 1 found"),
        ("empty", None, "response.body.empty: [] expected, null found"),
        ("new", 1, "response.body.new: not expected, 1 found"),
    ],
)
def test_a_difference_is_found(status: int, name: str, value: Any, difference: str) -> None:
    differences = compare.difference_of_cases(recorded(BODY, status), recorded(BODY | {name: value}, status))
    assert differences == difference


def test_equal_responses_match_and_integers_may_have_a_zero_fraction() -> None:
    assert compare.difference_of_cases(recorded(BODY), recorded(deepcopy(BODY) | {"n": 1.0})) is None


def test_a_missing_key_a_text_a_status_and_a_header_are_found() -> None:
    less = {name: value for name, value in BODY.items() if name != "none"}
    pairs = [
        (recorded(BODY), recorded(less), "response.body.none: null expected, nothing found"),
        (recorded("a\n"), recorded("b\n"), 'response.body: "a\\n" expected, "b\\n" found'),
        (recorded(BODY), recorded(BODY, 201), "response.status: 200 expected, 201 found"),
        (
            recorded("", headers={"etag": "x"}),
            recorded(""),
            'response.headers.etag: "x" expected, nothing found',
        ),
    ]
    for want, actual, difference in pairs:
        assert compare.difference_of_cases(want, actual) == difference
    assert compare.difference_of_cases(recorded(""), None) == "not recorded"


def test_a_tolerance_covers_its_place_alone() -> None:
    length = {"content-length": "0"}
    assert compare.difference_of_cases(recorded(""), recorded("", headers=length)) is None
    assert compare.difference_of_cases(recorded("", headers=length), recorded("")) is not None
    assert compare.difference_of_cases(recorded({"version": "1"}), recorded({"version": "2"})) is not None
    want, actual = recorded({"version": "1"}, case="health"), recorded({"version": "2"}, case="health")
    assert compare.difference_of_cases(want, actual) is None
    claims = {"case": "access token claims", "claims": {"app_metadata": {"provider": "email"}}}
    added = {"case": "access token claims", "claims": {"app_metadata": {"provider": "email", "tier": "free"}}}
    assert compare.difference_of_cases(claims, added) is None
    assert compare.difference_of_cases(added, claims) is not None


@pytest.mark.parametrize("tolerance", compare.TOLERATED, ids=lambda tolerance: tolerance.path)
def test_every_tolerance_has_a_reason_and_is_of_a_recorded_case(tolerance: compare.Tolerance) -> None:
    names = {name for file in FILES for name in compare.cases(str(CONTRACTS / file))}
    assert len(tolerance.reason.split()) > 3
    assert tolerance.case == ".*" or tolerance.case in names


@pytest.mark.parametrize("file", FILES)
def test_a_recording_matches_itself(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(CONTRACTS / file)
    assert compare.main(path, path) == 0
    count = len((CONTRACTS / file).read_text().splitlines())
    assert capsys.readouterr().out == f"{count} of {count} cases match\n"


def test_a_real_storage_server_is_given_the_names_that_were_recorded(tmp_path: Path) -> None:
    at = Settings(tmp_path, tmp_path, tmp_path, 54321, tmp_path)
    environment = external_servers.environment(at, keys.load(tmp_path), config.load(ROOT), "storage", 5000)
    body = compare.cases(str(CONTRACTS / "storage.jsonl"))["upload traversal"]["response"]["body"]
    names = f"{environment['GLOBAL_S3_BUCKET']}/{environment['TENANT_ID']}/mine-RUN/"
    assert names in json.dumps(body)
