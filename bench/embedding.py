"""Measure embedding through the search worker, compared with bare onnxruntime in this process."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import numpy
import onnxruntime
import psycopg
from tokenizers import Tokenizer

from bench.table import Table, percentile, timed
from local.services import model_environment
from local.temporary_stack import Stack

BATCH = 16
TEXTS = 480
QUERIES = 200
SOME_TEXTS = "select text from private.embedding_texts order by text_hash limit %s"
Embed = Callable[[Sequence[str]], object]


def measure(stack: Stack) -> list[Table]:
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute(
            "select text from private.embedding_texts order by text_hash limit %s", [TEXTS]
        )
        texts = [row[0] for row in rows]
    queries = [" ".join(text.split()[3:10]) for text in texts[:QUERIES]]
    folder = Path(model_environment(stack.settings)["EMBEDDING_MODEL_DIR"])
    with httpx.Client(headers={"Authorization": f"Bearer {stack.service_role_key}"}, timeout=60) as client:
        ours = through_worker(client, f"{stack.part_url('search')}/embed")
        bare = bare_onnxruntime(folder)
        contenders = {
            "bare onnxruntime, 16 at once": bare,
            "bare onnxruntime, one by one": lambda texts: [bare([text]) for text in texts],
            "worker": ours,
        }
        rates = {name: throughput(embed, texts) for name, embed in contenders.items()}
        times = {name: latencies(embed, queries) for name, embed in contenders.items()}
    searches = whole_searches(stack, [f"{query} again" for query in queries])
    embedding = Table(
        "Embedding",
        f"{len(texts)} texts in requests of {BATCH}, and {len(queries)} single queries. The peers run the "
        "same weights in this process, without HTTP, JSON or FastEmbed; ratios are to the better one.",
        ("", "texts/s", "ratio", "query p50 ms", "query p95 ms", "ratio of p50"),
    )
    base_rate = max(rate for name, rate in rates.items() if name != "worker")
    base_time = min(percentile(each, 0.5) for name, each in times.items() if name != "worker")
    for name, rate in rates.items():
        middle = percentile(times[name], 0.5)
        slow = percentile(times[name], 0.95)
        embedding.rows.append((name, rate, rate / base_rate, middle, slow, middle / base_time))
    search = Table(
        "Search by text",
        f"`GET /search/semantic` through the gateway, one client, {len(searches)} queries, none cached.",
        ("p50 ms", "p95 ms", "p50 as a ratio to bare inference"),
        [(percentile(searches, 0.5), percentile(searches, 0.95), percentile(searches, 0.5) / base_time)],
    )
    return [embedding, search]


def through_worker(client: httpx.Client, url: str) -> Embed:
    def embed(texts: Sequence[str]) -> object:
        answer = client.post(url, json={"texts": list(texts)})
        answer.raise_for_status()
        return answer.json()["embeddings"]

    return embed


def bare_onnxruntime(folder: Path) -> Embed:
    """Tokenize, infer, average over tokens and normalise, as the model's card describes."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    session = onnxruntime.InferenceSession(next(folder.glob("*.onnx")), providers=["CPUExecutionProvider"])
    wanted = {model_input.name for model_input in session.get_inputs()}

    def embed(texts: Sequence[str]) -> object:
        encoded = tokenizer.encode_batch(list(texts))
        mask = numpy.array([each.attention_mask for each in encoded], dtype=numpy.int64)
        inputs = {
            "input_ids": numpy.array([each.ids for each in encoded], dtype=numpy.int64),
            "attention_mask": mask,
            "token_type_ids": numpy.zeros_like(mask),
        }
        tokens = session.run(
            None, {name: model_input for name, model_input in inputs.items() if name in wanted}
        )[0]
        sums = (tokens * mask[:, :, None]).sum(axis=1)
        means = sums / mask.sum(axis=1, keepdims=True)
        return means / numpy.linalg.norm(means, axis=1, keepdims=True)

    return embed


def throughput(embed: Embed, texts: Sequence[str]) -> float:
    embed(texts[:BATCH])
    started = time.perf_counter()
    for start in range(0, len(texts), BATCH):
        embed(texts[start : start + BATCH])
    return len(texts) / (time.perf_counter() - started)


def latencies(embed: Embed, queries: Sequence[str]) -> list[float]:
    embed(queries[:1])
    return [timed(embed, [query])[1] for query in queries]


def whole_searches(stack: Stack, queries: Sequence[str]) -> list[float]:
    with httpx.Client(base_url=stack.url, headers={"apikey": stack.anon_key}, timeout=30) as client:

        def search(query: str) -> None:
            client.get("/search/semantic", params={"q": query}).raise_for_status()

        search("to begin with")
        return [timed(search, query)[1] for query in queries]
