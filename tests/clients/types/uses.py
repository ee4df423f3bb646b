"""Code that mypy checks against the generated types. Each ignored error is a mistake that it must find."""

import datetime
import uuid

from supabase import Client

from client_types.database import PublicContent, PublicProfilesInsert, PublicRatingsInsert


def read(client: Client, title: str) -> str:
    answer = client.table("content").select("*").eq("title", title).single().execute()
    film = PublicContent.model_validate(answer.data)
    released: datetime.date | None = film.release_date
    return f"{film.title} {released}"


def misread(film: PublicContent) -> str:
    released: str = film.release_date  # type: ignore[assignment]
    return f"{film.titel} {released}"  # type: ignore[attr-defined]


def write(client: Client, item: uuid.UUID) -> None:
    rating: PublicRatingsInsert = {"item_id": item, "rating": 4.5}
    client.table("ratings").upsert(rating).execute()
    profile: PublicProfilesInsert = {"is_kids": True}  # type: ignore[typeddict-item]
    wrong: PublicRatingsInsert = {"item_id": item, "rating": "good"}  # type: ignore[typeddict-item]
    client.table("profiles").insert([profile]).execute()
    client.table("ratings").upsert(wrong).execute()
