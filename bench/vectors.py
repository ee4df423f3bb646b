"""Vectors of real texts, and mixes of them up to the number asked for."""

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
"""A dimension, as a standard deviation; about 0.39 of a vector's length."""

Vectors = NDArray[np.float32]


def embedded(name: str, texts: Sequence[str]) -> Vectors:
    """One vector a text, of length 1, by the model of the search worker; kept in the cache between runs."""
    path = _cache(name, texts)
    if not path.exists():
        made = _embed(texts)
        path.parent.mkdir(parents=True, exist_ok=True)
        half_made = path.with_suffix(".new.npy")
        np.save(half_made, made)
        half_made.rename(path)
    vectors: Vectors = np.load(path)
    return vectors


def filled(vectors: Vectors, count: int, seed: int = 7) -> Vectors:
    """So many more: each lies between a given one and one of those nearest to it, a little off."""
    chance = np.random.default_rng(seed)
    chosen = chance.integers(len(vectors), size=count)
    share = chance.uniform(0.2, 0.8, size=(count, 1))
    others = nearest(vectors)[chosen, chance.integers(NEIGHBOURS, size=count)]
    mixed = share * vectors[chosen] + (1 - share) * vectors[others]
    return normalised(mixed + chance.normal(scale=NOISE, size=mixed.shape))


def nearest(vectors: Vectors) -> NDArray[np.int64]:
    """Of each vector the places of those nearest to it, in any order; itself may be among them."""
    found = np.empty((len(vectors), NEIGHBOURS), dtype=np.int64)
    for start in range(0, len(vectors), 1_000):
        alike = vectors[start : start + 1_000] @ vectors.T
        found[start : start + 1_000] = np.argpartition(-alike, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return found


def normalised(vectors: NDArray[np.float64] | Vectors) -> Vectors:
    whole: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return whole


def _embed(texts: Sequence[str]) -> Vectors:
    """Sorted by length, so that little of a batch is padding."""
    embed: Embed = bare_onnxruntime(Path(model_environment(settings.load())["EMBEDDING_MODEL_DIR"]))
    order = np.argsort([len(text) for text in texts], kind="stable")
    made: Vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(texts), BATCH):
        places = order[start : start + BATCH]
        made[places] = np.asarray(embed([texts[place] for place in places]))
    return made


def _cache(name: str, texts: Sequence[str]) -> Path:
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    return settings.load().cache / "bench" / f"{name}-{digest}.npy"
