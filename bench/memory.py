"""Measure the proportional set size of the product's Python processes, without local/."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil

from bench.table import Table
from local.temporary_stack import Stack

SERVING = ("search", "jobs")
COLUMNS = ("process", "MB")


def idle(stack: Stack) -> Table:
    search(stack, 0)
    time.sleep(5)
    return table("Memory, idle after a search", "The aim is under 380 MB in all.", sizes(stack))


def loaded(stack: Stack) -> Table:
    """The highest sizes while 16 clients search and texts are embedded."""
    highest = {name: 0.0 for name in SERVING}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            for name, size in sizes(stack).items():
                highest[name] = max(highest[name], size)

    watching = threading.Thread(target=watch)
    watching.start()
    with ThreadPoolExecutor(16) as searching, ThreadPoolExecutor(2) as embedding:
        work = [searching.submit(search, stack, number) for number in range(600)]
        work += [embedding.submit(embed, stack, number) for number in range(60)]
        for each in work:
            each.result()
    done.set()
    watching.join()
    return table(
        "Memory under load", "16 clients search, 2 embed batches of 16. The aim is under 512 MB.", highest
    )


def table(title: str, text: str, megabytes: dict[str, float]) -> Table:
    return Table(title, text, COLUMNS, [*megabytes.items(), ("all", sum(megabytes.values()))])


def sizes(stack: Stack) -> dict[str, float]:
    return {name: size(stack.pid(name)) for name in SERVING}


def size(pid: int) -> float:
    """MB of a process and its children."""
    process = psutil.Process(pid)
    return sum(each.memory_full_info().pss for each in (process, *process.children(recursive=True))) / 1e6


def search(stack: Stack, number: int) -> None:
    parameters = {"q": f"person number {number} searches for a brother lost in the war"}
    answer = httpx.get(
        f"{stack.url}/search/semantic", params=parameters, headers={"apikey": stack.anon_key}, timeout=60
    )
    answer.raise_for_status()


def embed(stack: Stack, number: int) -> None:
    texts = [
        f"Text {number} of a batch, about {place} people who meet in a town by the sea. " * 8
        for place in range(16)
    ]
    headers = {"Authorization": f"Bearer {stack.service_role_key}"}
    url = f"{stack.part_url('search')}/embed"
    httpx.post(url, json={"texts": texts}, headers=headers, timeout=60).raise_for_status()
