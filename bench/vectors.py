"""Vectors of real texts, and synthetic vectors mixed from them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.embedding import Embed, bare_onnxruntime
from local import settings
from local.services import model_environment

BATCH = 32
DIMENSIONS = 384
NEIGHBOURS = 20
NOISE = 0.02
"""Standard deviation in each dimension; about 0.39 of a vector's length in all."""

Vectors = NDArray[np.float32]


def embedded(name: str, texts: Sequence[str]) -> Vectors:
    """One normalised vector a text, by the search worker's model; cached between runs."""
    path = _cache(name, texts)
    if not path.exists():
        vectors_of_texts = _embed(texts)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new.npy")
        np.save(unfinished, vectors_of_texts)
        unfinished.rename(path)
    vectors: Vectors = np.load(path)
    return vectors


def filled(vectors: Vectors, count: int, seed: int = 7) -> Vectors:
    """`count` synthetic vectors: each between a vector and one of its nearest neighbours, with noise."""
    chance = np.random.default_rng(seed)
    chosen = chance.integers(len(vectors), size=count)
    share = chance.uniform(0.2, 0.8, size=(count, 1))
    others = nearest(vectors)[chosen, chance.integers(NEIGHBOURS, size=count)]
    mixed = share * vectors[chosen] + (1 - share) * vectors[others]
    return normalised(mixed + chance.normal(scale=NOISE, size=mixed.shape))


def nearest(vectors: Vectors) -> NDArray[np.int64]:
    """For each vector the indexes of its nearest neighbours, in any order, possibly including itself."""
    positions = np.empty((len(vectors), NEIGHBOURS), dtype=np.int64)
    for start in range(0, len(vectors), 1_000):
        alike = vectors[start : start + 1_000] @ vectors.T
        positions[start : start + 1_000] = np.argpartition(-alike, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return positions


def normalised(vectors: NDArray[np.float64] | Vectors) -> Vectors:
    whole: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return whole


def _embed(texts: Sequence[str]) -> Vectors:
    """Texts are embedded in order of their length, so that batches need little padding."""
    embed: Embed = bare_onnxruntime(Path(model_environment(settings.load())["EMBEDDING_MODEL_DIR"]))
    order = np.argsort([len(text) for text in texts], kind="stable")
    vectors: Vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(texts), BATCH):
        places = order[start : start + BATCH]
        vectors[places] = np.asarray(embed([texts[place] for place in places]))
    return vectors


def _cache(name: str, texts: Sequence[str]) -> Path:
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    return settings.load().cache / "bench" / f"{name}-{digest}.npy"
