"""The embedding model, loaded once."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from fastembed import TextEmbedding

from workers.search.memory import free_memory, limit_memory

NAME = "all-MiniLM-L6-v2"
CACHED_QUERIES = 1_024
"""Entries of the cache, about 5 MB."""
TEXTS_AT_ONCE = min(2, os.cpu_count() or 1)


class Model:
    def __init__(self, directory: Path | None = None) -> None:
        """Load the model from a folder, or (None) download it with FastEmbed."""
        limit_memory()
        self._embedding = TextEmbedding(
            f"sentence-transformers/{NAME}",
            threads=1,
            enable_cpu_mem_arena=False,
            specific_model_path=str(directory) if directory else None,
            local_files_only=directory is not None,
        )
        self._threads = ThreadPoolExecutor(TEXTS_AT_ONCE, thread_name_prefix="embed")
        self.name = f"{NAME}@{_digest(self._embedding)}"
        self.query = lru_cache(CACHED_QUERIES)(self._query)
        self.query("the first query is the slowest one")
        self.query.cache_clear()
        free_memory()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The embeddings, each of 384 numbers."""
        embeddings = list(self._threads.map(self._vector, texts))
        free_memory()
        return embeddings

    def _query(self, text: str) -> str:
        """The embedding as a text of type vector, which takes a third of the memory of a list of floats."""
        return f"[{','.join(format(number, '.9g') for number in self._vector(text))}]"

    def _vector(self, text: str) -> list[float]:
        """The model embeds one text at a time: several are no faster together, and take more memory."""
        (vector,) = self._embedding.embed([text])
        numbers: list[float] = vector.tolist()
        return numbers


def _digest(embedding: TextEmbedding) -> str:
    """A hash of the weights: other weights, or the same rounded differently, give other embeddings."""
    model = embedding.model
    weights = Path(model._model_dir) / model.model_description.model_file  # type: ignore[attr-defined]
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
