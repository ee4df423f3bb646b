"""The plan of a stack, read from the environment."""

from pathlib import Path

import pytest

from local import stack_plan
from local.settings import Settings, StackError
from local.stack_plan import Plan


def test_variables_name_external_servers() -> None:
    plan = stack_plan.read(
        {"AUTH_URL": "http://127.0.0.1:9999/", "STORAGE_URL": "", "REST_URL": " ", "OTHER_URL": "x"}
    )
    assert plan == Plan({"auth": "http://127.0.0.1:9999"})
    assert stack_plan.read({}) == Plan()


def test_plan_has_the_variables_of_services(tmp_path: Path) -> None:
    """A running supervisor has an environment of its own: it reads these when the plan changes."""
    environment = {
        "PERIODIC_JOBS": "off",
        "FUNCTIONS_DIR": str(tmp_path),
        "LOCAL_BEHIND_PROXY": "",
        "PATH": "/bin",
    }
    plan = stack_plan.read(environment)
    assert plan.variables == {"PERIODIC_JOBS": "off", "FUNCTIONS_DIR": str(tmp_path)}
    at = Settings(tmp_path, tmp_path, tmp_path, 54321, tmp_path)
    stack_plan.save(at, plan)
    assert stack_plan.load(at) == plan
    with pytest.raises(StackError, match="is not a folder"):
        stack_plan.read({"FUNCTIONS_DIR": str(tmp_path / "missing")})


def test_a_plan_that_is_cut_off_is_named(tmp_path: Path) -> None:
    at = Settings(tmp_path, tmp_path, tmp_path, 54321, tmp_path)
    at.plan.write_text('{"elsewhere":')
    with pytest.raises(StackError, match=r"plan\.json cannot be read"):
        stack_plan.load(at)


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1:5000", "https://storage.example.org", "http://localhost:5000/base"),
        *("http://[::1]:5000", "http://storage_1:5000/a/b-c"),
    ],
)
def test_an_address_is_kept_as_it_is(address: str) -> None:
    assert stack_plan.read({"STORAGE_URL": address}).elsewhere == {"storage": address}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "127.0.0.1:5000",
            "localhost",
            "5000",
            "ftp://127.0.0.1",
            "http://",
            "http://:5000",
            "unix:/run/x.sock",
        ),
        *("http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:port", "http://[::1:5000"),
        *("http://a:b@127.0.0.1:5000", "http://127.0.0.1:5000?a=b", "http://127.0.0.1:5000#a"),
        *(
            "http://127.0.0.1:5000/a b",
            "http://127.0.0.1:5000/{env.HOME}",
            "http://127.0.0.1:5000/a\n}",
            "http://a b",
        ),
    ],
)
def test_invalid_url_is_refused_by_variable_name(text: str) -> None:
    with pytest.raises(StackError, match=r"^STORAGE_URL must be a server's address such as http://"):
        stack_plan.read({"STORAGE_URL": text})


def test_a_database_alone_is_for_servers_that_are_named() -> None:
    named = stack_plan.read({"AUTH_URL": "http://127.0.0.1:9999"}, database_only=True)
    assert named == Plan({"auth": "http://127.0.0.1:9999"}, database_only=True)
    with pytest.raises(StackError, match="AUTH_URL, STORAGE_URL, REST_URL, REALTIME_URL"):
        stack_plan.read({}, database_only=True)


def test_taken_variables_are_not_inherited() -> None:
    environment = {"AUTH_URL": "http://127.0.0.1:9999", "REST_URL": "", "PATH": "/bin"}
    assert stack_plan.take(environment) == {"AUTH_URL": "http://127.0.0.1:9999"}
    assert environment == {"REST_URL": "", "PATH": "/bin"}


def test_a_plan_is_kept_for_the_supervisor(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "data", tmp_path, 50000, tmp_path / ".env.local")
    assert stack_plan.load(settings) == Plan()
    plan = Plan({"storage": "http://127.0.0.1:5000/ä"}, database_only=True)
    stack_plan.save(settings, plan)
    assert stack_plan.load(settings) == plan
