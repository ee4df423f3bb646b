"""A second platform process on a running stack's database, with settings of its own."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from local import config, keys, services
from local.ports import free_port
from local.settings import ROOT
from local.temporary_stack import Stack
from local.tests.waiting import until


@contextmanager
def second_platform(stack: Stack, served: Sequence[str], **variables: str) -> Iterator[str]:
    """Where it answers, past any gateway."""
    secrets = keys.load(stack.settings.directory)
    own = services.platform_environment(stack.settings, secrets, config.load(ROOT), served)
    port = free_port()
    process = subprocess.Popen(
        services.uvicorn(services.local_url(port)),
        cwd=ROOT,
        env={**os.environ, **own, **variables},
        stderr=subprocess.DEVNULL,
    )
    url = services.local_url(port)
    try:
        until(services.answers(f"{url}/health"), seconds=180)
        yield url
    finally:
        process.terminate()
        process.wait()
