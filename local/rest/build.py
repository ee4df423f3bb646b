"""Compiles the REST server once for each state of its source; the cache keeps the binary."""

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CRATE = Path(__file__).parent
NAME = "cinefluent-rest"
OLDEST_CARGO = (1, 94)
STEP = 20
Say = Callable[[str], None]


class BuildError(Exception):
    """The REST server could not be compiled."""


def build(cache: Path, say: Say) -> Path:
    """The binary of the present source, compiled if `cache` does not have it. Raises BuildError."""
    binary = cache / "bin" / f"{NAME}-{_fingerprint()}"
    if built(cache):
        return binary
    with _alone(cache / "rest-build.lock"):
        if not built(cache):
            _compile(cargo(), cache, say)
            _keep(cache / "rest-target" / "release" / NAME, binary)
    return binary


def built(cache: Path) -> bool:
    return (cache / "bin" / f"{NAME}-{_fingerprint()}").exists()


def tests(cache: Path) -> Path:
    """The program of the crate's tests, compiled if `cache` does not have it. Raises BuildError."""
    program = cache / "bin" / f"{NAME}-tests-{_fingerprint()}"
    if not program.exists():
        with _alone(cache / "rest-build.lock"):
            if not program.exists():
                _keep(_compiled_tests(cargo(), cache / "rest-target"), program)
    return program


def _compiled_tests(program: str, target: Path) -> Path:
    _forget(program, target)
    command = [program, "test", "--no-run", "--release", "--locked", "--message-format=json"]
    command += ["--target-dir", str(target)]
    done = subprocess.run(command, cwd=CRATE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"the REST server's tests do not compile:\n{done.stderr}")
    messages = map(json.loads, done.stdout.splitlines())
    programs = (message.get("executable") for message in messages if message.get("profile", {}).get("test"))
    return Path(next(path for path in programs if path))


def _forget(program: str, target: Path) -> None:
    """Make cargo compile again: it compares times, and another checkout's sources may be newer."""
    command = [program, "clean", "--quiet", "--release", "--package", NAME, "--target-dir", str(target)]
    subprocess.run(command, cwd=CRATE, capture_output=True, check=False)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    sources = sorted(path for path in (CRATE / "src").rglob("*") if path.is_file())
    for path in (CRATE / "Cargo.toml", CRATE / "Cargo.lock", *sources):
        digest.update(f"{path.relative_to(CRATE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cargo() -> str:
    """The path of cargo. Raises BuildError if it is missing or too old."""
    program = _program()
    missing = _lack(program)
    if program is None or missing:
        raise BuildError(f"this machine lacks {missing}")
    return program


def lack() -> str | None:
    """The missing tool for the build, as a noun, None if there is none."""
    return _lack(_program())


def _program() -> str | None:
    default = Path.home() / ".cargo" / "bin" / "cargo"
    return shutil.which("cargo") or (str(default) if default.exists() else None)


def _lack(program: str | None) -> str | None:
    needed = f"Rust {'.'.join(map(str, OLDEST_CARGO))} or newer, which compiles the REST server"
    if program is None:
        return f"{needed}: there is no cargo (https://rustup.rs)"
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"cargo (\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_CARGO:
        return f"{needed}: {program} is {answer.strip() or 'of an unknown version'} (https://rustup.rs)"
    return None


def _compile(program: str, cache: Path, say: Say) -> None:
    log = cache / "rest-build.log"
    _forget(program, cache / "rest-target")
    say("compiling the REST server, once; this takes a few minutes")
    with log.open("w") as errors:
        total = _count_crates(program, errors.fileno())
        command = [program, "build", "--release", "--locked", "--message-format=json-render-diagnostics"]
        command += ["--target-dir", str(cache / "rest-target")]
        with subprocess.Popen(
            command, cwd=CRATE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            _report(process.stdout or [], total, say)
    if process.returncode:
        raise BuildError(f"the REST server does not compile; the reason is in {log}")


def _count_crates(program: str, errors: int) -> int:
    command = [program, "tree", "--locked", "--edges=normal,build", "--prefix=none", "--format={p}"]
    tree = subprocess.run(command, cwd=CRATE, stdout=subprocess.PIPE, stderr=errors, text=True, check=False)
    return len({tuple(line.split()[:2]) for line in tree.stdout.splitlines()})


def _report(messages: Iterator[str] | list[str], total: int, say: Say) -> None:
    compiled: set[str] = set()
    for line in messages:
        message = json.loads(line)
        if message["reason"] != "compiler-artifact" or message["package_id"] in compiled:
            continue
        compiled.add(message["package_id"])
        if len(compiled) % STEP == 0:
            say(f"compiling the REST server: {len(compiled)} of {total} crates")


def _keep(compiled: Path, binary: Path) -> None:
    """Copy the binary; its final name appears only when it is complete."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    half_copied = binary.with_suffix(".new")
    shutil.copy2(compiled, half_copied)
    half_copied.replace(binary)
