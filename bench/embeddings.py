"""Store vectors as the embedding worker would, and rebuild the vector indexes afterwards."""

from collections.abc import Sequence
from uuid import UUID

import httpx
import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector
from psycopg import sql

from bench.vectors import Vectors
from local.temporary_stack import Stack


def store(connection: psycopg.Connection, stack: Stack, items: Sequence[UUID], vectors: Vectors) -> int:
    """Store the vectors under the running model's name, so that no sweep computes them again."""
    register_vector(connection)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("set local maintenance_work_mem = '1GB'")
        cursor.execute("create temporary table staged (item_id uuid, embedding vector(384)) on commit drop")
        with cursor.copy("copy staged from stdin (format binary)") as copy:
            copy.set_types(["uuid", "vector"])
            for item, vector in zip(items, vectors, strict=True):
                copy.write_row((item, Vector(vector)))
        indexes = cursor.execute(
            "select indexname, indexdef from pg_indexes where indexdef like '%USING hnsw%'"
        ).fetchall()
        for name, _ in indexes:
            cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        cursor.execute(
            "insert into item_embeddings (item_id, kind, model, text_hash, embedding) "
            "select s.item_id, t.kind, %s, t.text_hash, s.embedding "
            "from staged s join private.embedding_texts t using (item_id) on conflict do nothing",
            [model(stack)],
        )
        stored = cursor.rowcount
        for _, definition in indexes:
            cursor.execute(definition.encode())
    return stored


def model(stack: Stack) -> str:
    headers = {"Authorization": f"Bearer {stack.service_role_key}"}
    url = f"{stack.part_url('search')}/embed"
    answer = httpx.post(url, json={"texts": ["a"]}, headers=headers, timeout=60)
    return str(answer.raise_for_status().json()["model"])
