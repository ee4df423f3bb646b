"""A sample row of a given person for every table and view, on which the access matrix is tested.

A row of the catalogue has no owner; the person then does not matter. A new table needs an entry in ROWS: a
function that inserts the rows that the sample refers to, and returns the columns that identify the sample and
those without a default. If triggers have already inserted the row, the columns only identify it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import psycopg
from psycopg import sql

from tools.access import catalogue
from tools.access.catalogue import film, one
from tools.access.people import Person, item

Row = catalogue.Row
LATER = datetime(2099, 1, 1, tzinfo=UTC)
RANKS = count(100)


def account(db: psycopg.Connection, who: Person) -> Row:
    return {"id": who.id}


def profile(db: psycopg.Connection, who: Person) -> Row:
    return {"account_id": who.id, "name": f"Second {uuid4().hex}"}


def subscription(db: psycopg.Connection, who: Person) -> Row:
    return {"account_id": who.id, "tier": "premium", "status": "active", "current_period_end": LATER}


def deletion(db: psycopg.Connection, who: Person) -> Row:
    return {"account_id": who.id, "due_at": LATER}


def consent(db: psycopg.Connection, who: Person) -> Row:
    query = "insert into consent_purposes (purpose, description) values (%s, '') returning purpose"
    purpose = one(db, query, letters())
    return {"account_id": who.id, "purpose": purpose, "document_version": "1", "is_granted": True}


def consent_purpose(db: psycopg.Connection, who: Person) -> Row:
    return {"purpose": letters(), "description": ""}


def tier(db: psycopg.Connection, who: Person) -> Row:
    return {"name": letters(), "rank": next(RANKS), "description": ""}


def tier_limit(db: psycopg.Connection, who: Person) -> Row:
    return {"tier": "free", "name": letters(), "value": 1, "description": ""}


def audit(db: psycopg.Connection, who: Person) -> Row:
    return {
        "actor_id": who.id,
        "actor_role": "authenticated",
        "action": "sample.made",
        "subject_type": letters(),
    }


def period(db: psycopg.Connection, who: Person) -> Row:
    return {"name": letters(), "length": timedelta(days=1), "meaning": ""}


def rate_limit(db: psycopg.Connection, who: Person) -> Row:
    return {"role": letters(), "scope": "write", "requests": 1, "window_seconds": 1}


def rate_slot(db: psycopg.Connection, who: Person) -> Row:
    return {"caller": str(who.id), "scope": "write", "slot": uuid4().int % 1_000_000, "taken_at": LATER}


def quota(db: psycopg.Connection, who: Person) -> Row:
    return {"resource": letters(), "amount": 1, "anonymous_amount": 0, "meaning": ""}


def quota_use(db: psycopg.Connection, who: Person) -> Row:
    return {"account_id": who.id, "resource": letters(), "since": "2000-01-01", "used": 1}


def reserved_name(db: psycopg.Connection, who: Person) -> Row:
    return {"name": letters()}


def inventory(db: psycopg.Connection, who: Person) -> Row:
    return {
        "schema_name": "public",
        "table_name": letters(),
        "holds": "",
        "is_personal": False,
        "on_erasure": "none",
    }


def account_pin(db: psycopg.Connection, who: Person) -> Row:
    return {"account_id": who.id, "salt": b"salt", "digest": b"digest", "rounds": 1}


def kids_session(db: psycopg.Connection, who: Person) -> Row:
    session = "insert into auth.sessions (id, user_id) values (gen_random_uuid(), %s) returning id"
    return {"session_id": one(db, session, who.id), "profile_id": who.profile_id}


def rate_row(db: psycopg.Connection, who: Person) -> Row:
    return {"caller": str(who.id), "scope": letters(), "written_at": LATER, "written": 1}


def publication(db: psycopg.Connection, who: Person) -> Row:
    return {"is_only": True}


def pending_change(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db), "figure": "ratings", "voter": uuid4()}


def file_to_remove(db: psycopg.Connection, who: Person) -> Row:
    return {"bucket_id": "avatars", "name": f"{who.id}/{uuid4().hex}.png"}


def rater(db: psycopg.Connection, who: Person) -> Row:
    return {"id": who.rater_id}


def rating(db: psycopg.Connection, who: Person) -> Row:
    return {"rater_id": who.rater_id, "item_id": film(db), "rating": 4}


def interaction(db: psycopg.Connection, who: Person) -> Row:
    now = datetime.now(UTC)
    return {
        "rater_id": who.rater_id,
        "client_id": uuid4(),
        "month": now.date().replace(day=1),
        "item_id": film(db),
        "type": "view",
        "occurred_at": now,
    }


def query_event(db: psycopg.Connection, who: Person) -> Row:
    return {
        "id": uuid4(),
        "account_id": who.id,
        "query": "jaws",
        "total": 0,
        "item_ids": "{}",
        "with_meaning": False,
        "searched_at": datetime.now(UTC),
    }


def similarity(db: psycopg.Connection, who: Person) -> Row:
    neighbour = one(db, "insert into raters default values returning id")
    return {"rater_id": who.rater_id, "neighbour_id": neighbour, "similarity": 0.5, "co_ratings": 3}


def role(db: psycopg.Connection, who: Person) -> Row:
    return {"user_id": who.id, "role": "student"}


def model(db: psycopg.Connection, who: Person) -> Row:
    return {"name": f"sample {uuid4().hex}", "version": 1}


def item_neighbour(db: psycopg.Connection, who: Person) -> Row:
    return {"model_id": model_id(db, who), "item_id": film(db), "neighbour_id": film(db), "weight": 0.5}


def item_weights(db: psycopg.Connection, who: Person) -> Row:
    return {"model_id": model_id(db, who), "item_id": film(db), "weights": "{1:0.5}/3"}


def part_weight(db: psycopg.Connection, who: Person) -> Row:
    return {
        "part": "popular",
        "min_ratings": uuid4().int % 1_000_000 + 1_000,
        "weight": 0.5,
        "explanation": "",
    }


def document(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": film(db)}


def described(db: psycopg.Connection, who: Person) -> Row:
    return {"item_id": item(db, "A film", overview="A short description.")}


def feedback(db: psycopg.Connection, who: Person) -> Row:
    row = interaction(db, who) | {"type": "like"}
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    db.execute(
        sql.SQL("insert into interactions ({}) values ({})").format(
            columns, sql.SQL(", ").join([sql.Placeholder()] * len(row))
        ),
        list(row.values()),
    )
    return {"rater_id": row["rater_id"], "item_id": row["item_id"]}


def liking(db: psycopg.Connection, who: Person) -> Row:
    row = rating(db, who)
    db.execute("insert into ratings (rater_id, item_id, rating) values (%s, %s, %s)", list(row.values()))
    return {"rater_id": row["rater_id"], "item_id": row["item_id"]}


def counted_rater(db: psycopg.Connection, who: Person) -> Row:
    return {"rater_id": who.rater_id}


def vote(db: psycopg.Connection, who: Person) -> Row:
    row = rating(db, who)
    db.execute("insert into ratings (rater_id, item_id, rating) values (%s, %s, %s)", list(row.values()))
    return {"item_id": row["item_id"], "voter": who.id}


def name(db: psycopg.Connection, who: Person) -> Row:
    return {
        "document": document_id(db),
        "field": "author",
        "name": "Ann",
        "start": "ann",
        "is_whole": True,
        "popularity": 1,
    }


def posting(db: psycopg.Connection, who: Person) -> Row:
    return {"lexeme": uuid4().hex, "document": document_id(db), "weight": 1}


def word(db: psycopg.Connection, who: Person) -> Row:
    return {"word": uuid4().hex}


def query_word(db: psycopg.Connection, who: Person) -> Row:
    return {"phrase": letters(), "mark": "filler", "language": "en"}


def person_name(db: psycopg.Connection, who: Person) -> Row:
    row = db.execute("insert into people (name) values ('Ann') returning id").fetchone()
    assert row
    return {"person_id": row[0], "name": "Ann", "start": "ann", "joined": "ann", "popularity": 1}


def kind(db: psycopg.Connection, who: Person) -> Row:
    return {"name": uuid4().hex, "position": uuid4().int % 10_000 + 1_000, "description": "A sample."}


def maturity_rating(db: psycopg.Connection, who: Person) -> Row:
    return {"name": uuid4().hex, "system": uuid4().hex, "minimum_age": 12, "description": "A sample."}


def lookup(db: psycopg.Connection, who: Person) -> Row:
    return {"name": uuid4().hex, "description": "A sample."}


def subscription_status(db: psycopg.Connection, who: Person) -> Row:
    return lookup(db, who) | {"grants_tier": False}


ROWS: Mapping[str, Callable[[psycopg.Connection, Person], Row]] = {
    "private.account_pins": account_pin,
    "private.kids_sessions": kids_session,
    "private.files_to_remove": file_to_remove,
    "public.account_deletions": deletion,
    "public.accounts": account,
    "public.alternative_titles": catalogue.alternative_title,
    "public.books": catalogue.book,
    "public.catalog_items": catalogue.shown_item,
    "public.consent_purposes": consent_purpose,
    "public.consents": consent,
    "public.content": catalogue.content,
    "public.content_certificates": catalogue.certificate,
    "public.content_translations": catalogue.translation,
    "public.credit_jobs": kind,
    "public.credits": catalogue.credit,
    "public.genres": catalogue.genre,
    "public.interaction_types": lookup,
    "public.interactions": interaction,
    "public.item_availability": catalogue.availability,
    "public.item_embeddings": catalogue.embedding,
    "public.item_genres": catalogue.item_genre,
    "public.item_keywords": catalogue.keyword,
    "public.item_neighbours": item_neighbour,
    "public.item_stats": catalogue.stats,
    "public.item_tags": catalogue.tag,
    "public.item_trends": catalogue.trend,
    "public.items": catalogue.any_item,
    "public.kinds": kind,
    "public.maturity_ratings": maturity_rating,
    "public.movies": catalogue.shown_item,
    "public.people": catalogue.credited_person,
    "public.profiles": profile,
    "public.raters": rater,
    "public.query_events": query_event,
    "public.ratings": rating,
    "public.recommendation_models": model,
    "public.recommendation_weights": part_weight,
    "public.subscription_statuses": subscription_status,
    "public.subscriptions": subscription,
    "public.tier_limits": tier_limit,
    "public.tiers": tier,
    "public.user_similarities": similarity,
    "private.roles": kind,
    "private.audit_log": audit,
    "private.counted_raters": counted_rater,
    "private.data_inventory": inventory,
    "private.embedding_texts": described,
    "private.feature_items": catalogue.feature_item,
    "private.feature_shares": catalogue.feature_share,
    "private.item_counts": catalogue.stats,
    "private.item_features": catalogue.item_feature,
    "private.feedback": feedback,
    "private.item_facts": document,
    "private.item_weights": item_weights,
    "private.positive_feedback": liking,
    "private.pending_changes": pending_change,
    "private.periods": period,
    "private.quota_uses": quota_use,
    "private.quotas": quota,
    "private.publication": publication,
    "private.rate_limits": rate_limit,
    "private.rate_rows": rate_row,
    "private.rate_slots": rate_slot,
    "private.reserved_names": reserved_name,
    "private.query_words": query_word,
    "private.search_documents": document,
    "private.search_names": name,
    "private.search_people": person_name,
    "private.search_postings": posting,
    "private.search_sources": document,
    "private.search_words": word,
    "private.trend_votes": vote,
    "private.user_roles": role,
}


def new(db: psycopg.Connection, relation: str, who: Person) -> Row:
    """Column values of a new row of the table. Raises LookupError for a table without an entry in ROWS."""
    if relation not in ROWS:
        raise LookupError(
            f"{relation} has no sample row: add to ROWS in tools/access/rows.py a function that makes one "
            "for a given person, then run `make docs` and read what docs/access-matrix.md says of the table"
        )
    return ROWS[relation](db, who)


def letters() -> str:
    """A random name of lower-case letters."""
    return uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def model_id(db: psycopg.Connection, who: Person) -> object:
    values = model(db, who).values()
    return one(db, "insert into recommendation_models (name, version) values (%s, %s) returning id", *values)


def document_id(db: psycopg.Connection) -> object:
    return one(db, "select document from private.search_documents where item_id = %s", film(db))
