# Written by `make docs`.
from __future__ import annotations

import datetime
import uuid
from typing import (
    Annotated,
    Any,
    List,
    Literal,
    Optional,
    TypedDict,
)
from typing_extensions import NotRequired, TypeAlias

from pydantic import BaseModel, Field, JsonValue

class PublicAccountDeletions(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    due_at: datetime.datetime = Field(alias="due_at")
    requested_at: datetime.datetime = Field(alias="requested_at")

class PublicAccountDeletionsInsert(TypedDict):
    account_id: Annotated[uuid.UUID, Field(alias="account_id")]
    due_at: Annotated[datetime.datetime, Field(alias="due_at")]
    requested_at: NotRequired[Annotated[datetime.datetime, Field(alias="requested_at")]]

class PublicAccountDeletionsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    due_at: NotRequired[Annotated[datetime.datetime, Field(alias="due_at")]]
    requested_at: NotRequired[Annotated[datetime.datetime, Field(alias="requested_at")]]

class PublicAccounts(BaseModel):
    country: Optional[str] = Field(alias="country")
    created_at: datetime.datetime = Field(alias="created_at")
    display_name: Optional[str] = Field(alias="display_name")
    email: Optional[str] = Field(alias="email")
    id: uuid.UUID = Field(alias="id")
    locale: str = Field(alias="locale")
    status: str = Field(alias="status")
    status_reason: Optional[str] = Field(alias="status_reason")
    time_zone: str = Field(alias="time_zone")
    updated_at: datetime.datetime = Field(alias="updated_at")
    username: Optional[str] = Field(alias="username")

class PublicAccountsInsert(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    display_name: NotRequired[Annotated[Optional[str], Field(alias="display_name")]]
    email: NotRequired[Annotated[Optional[str], Field(alias="email")]]
    id: Annotated[uuid.UUID, Field(alias="id")]
    locale: NotRequired[Annotated[str, Field(alias="locale")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    status_reason: NotRequired[Annotated[Optional[str], Field(alias="status_reason")]]
    time_zone: NotRequired[Annotated[str, Field(alias="time_zone")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    username: NotRequired[Annotated[Optional[str], Field(alias="username")]]

class PublicAccountsUpdate(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    display_name: NotRequired[Annotated[Optional[str], Field(alias="display_name")]]
    email: NotRequired[Annotated[Optional[str], Field(alias="email")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    locale: NotRequired[Annotated[str, Field(alias="locale")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    status_reason: NotRequired[Annotated[Optional[str], Field(alias="status_reason")]]
    time_zone: NotRequired[Annotated[str, Field(alias="time_zone")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]
    username: NotRequired[Annotated[Optional[str], Field(alias="username")]]

class PublicAlternativeTitles(BaseModel):
    content_id: uuid.UUID = Field(alias="content_id")
    kind: str = Field(alias="kind")
    title: str = Field(alias="title")

class PublicAlternativeTitlesInsert(TypedDict):
    content_id: Annotated[uuid.UUID, Field(alias="content_id")]
    kind: Annotated[str, Field(alias="kind")]
    title: Annotated[str, Field(alias="title")]

class PublicAlternativeTitlesUpdate(TypedDict):
    content_id: NotRequired[Annotated[uuid.UUID, Field(alias="content_id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]

class PublicBooks(BaseModel):
    authors: List[str] = Field(alias="authors")
    created_at: datetime.datetime = Field(alias="created_at")
    description: Optional[str] = Field(alias="description")
    google_books_id: Optional[str] = Field(alias="google_books_id")
    id: uuid.UUID = Field(alias="id")
    isbn13: Optional[str] = Field(alias="isbn13")
    kind: str = Field(alias="kind")
    language: Optional[str] = Field(alias="language")
    page_count: Optional[int] = Field(alias="page_count")
    popularity: float = Field(alias="popularity")
    published_year: Optional[int] = Field(alias="published_year")
    subtitle: Optional[str] = Field(alias="subtitle")
    thumbnail_url: Optional[str] = Field(alias="thumbnail_url")
    title: str = Field(alias="title")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicBooksInsert(TypedDict):
    authors: NotRequired[Annotated[List[str], Field(alias="authors")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    google_books_id: NotRequired[Annotated[Optional[str], Field(alias="google_books_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    isbn13: NotRequired[Annotated[Optional[str], Field(alias="isbn13")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    page_count: NotRequired[Annotated[Optional[int], Field(alias="page_count")]]
    popularity: NotRequired[Annotated[float, Field(alias="popularity")]]
    published_year: NotRequired[Annotated[Optional[int], Field(alias="published_year")]]
    subtitle: NotRequired[Annotated[Optional[str], Field(alias="subtitle")]]
    thumbnail_url: NotRequired[Annotated[Optional[str], Field(alias="thumbnail_url")]]
    title: Annotated[str, Field(alias="title")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicBooksUpdate(TypedDict):
    authors: NotRequired[Annotated[List[str], Field(alias="authors")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    description: NotRequired[Annotated[Optional[str], Field(alias="description")]]
    google_books_id: NotRequired[Annotated[Optional[str], Field(alias="google_books_id")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    isbn13: NotRequired[Annotated[Optional[str], Field(alias="isbn13")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    page_count: NotRequired[Annotated[Optional[int], Field(alias="page_count")]]
    popularity: NotRequired[Annotated[float, Field(alias="popularity")]]
    published_year: NotRequired[Annotated[Optional[int], Field(alias="published_year")]]
    subtitle: NotRequired[Annotated[Optional[str], Field(alias="subtitle")]]
    thumbnail_url: NotRequired[Annotated[Optional[str], Field(alias="thumbnail_url")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicConsentPurposes(BaseModel):
    description: str = Field(alias="description")
    purpose: str = Field(alias="purpose")

class PublicConsentPurposesInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    purpose: Annotated[str, Field(alias="purpose")]

class PublicConsentPurposesUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    purpose: NotRequired[Annotated[str, Field(alias="purpose")]]

class PublicConsents(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    document_version: str = Field(alias="document_version")
    given_at: datetime.datetime = Field(alias="given_at")
    id: int = Field(alias="id")
    is_granted: bool = Field(alias="is_granted")
    purpose: str = Field(alias="purpose")

class PublicConsentsInsert(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    document_version: Annotated[str, Field(alias="document_version")]
    given_at: NotRequired[Annotated[datetime.datetime, Field(alias="given_at")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    is_granted: Annotated[bool, Field(alias="is_granted")]
    purpose: Annotated[str, Field(alias="purpose")]

class PublicConsentsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    document_version: NotRequired[Annotated[str, Field(alias="document_version")]]
    given_at: NotRequired[Annotated[datetime.datetime, Field(alias="given_at")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    is_granted: NotRequired[Annotated[bool, Field(alias="is_granted")]]
    purpose: NotRequired[Annotated[str, Field(alias="purpose")]]

class PublicContent(BaseModel):
    countries: List[str] = Field(alias="countries")
    created_at: datetime.datetime = Field(alias="created_at")
    duration_minutes: Optional[int] = Field(alias="duration_minutes")
    id: uuid.UUID = Field(alias="id")
    imdb_id: Optional[str] = Field(alias="imdb_id")
    kind: str = Field(alias="kind")
    maturity_rating: Optional[str] = Field(alias="maturity_rating")
    original_language: Optional[str] = Field(alias="original_language")
    original_title: Optional[str] = Field(alias="original_title")
    overview: Optional[str] = Field(alias="overview")
    popularity: float = Field(alias="popularity")
    poster_path: Optional[str] = Field(alias="poster_path")
    release_date: Optional[datetime.date] = Field(alias="release_date")
    release_year: Optional[int] = Field(alias="release_year")
    title: str = Field(alias="title")
    tmdb_id: Optional[int] = Field(alias="tmdb_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicContentInsert(TypedDict):
    countries: NotRequired[Annotated[List[str], Field(alias="countries")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    duration_minutes: NotRequired[Annotated[Optional[int], Field(alias="duration_minutes")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    imdb_id: NotRequired[Annotated[Optional[str], Field(alias="imdb_id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    maturity_rating: NotRequired[Annotated[Optional[str], Field(alias="maturity_rating")]]
    original_language: NotRequired[Annotated[Optional[str], Field(alias="original_language")]]
    original_title: NotRequired[Annotated[Optional[str], Field(alias="original_title")]]
    overview: NotRequired[Annotated[Optional[str], Field(alias="overview")]]
    popularity: NotRequired[Annotated[float, Field(alias="popularity")]]
    poster_path: NotRequired[Annotated[Optional[str], Field(alias="poster_path")]]
    release_date: NotRequired[Annotated[Optional[datetime.date], Field(alias="release_date")]]
    release_year: NotRequired[Annotated[Optional[int], Field(alias="release_year")]]
    title: Annotated[str, Field(alias="title")]
    tmdb_id: NotRequired[Annotated[Optional[int], Field(alias="tmdb_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicContentUpdate(TypedDict):
    countries: NotRequired[Annotated[List[str], Field(alias="countries")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    duration_minutes: NotRequired[Annotated[Optional[int], Field(alias="duration_minutes")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    imdb_id: NotRequired[Annotated[Optional[str], Field(alias="imdb_id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    maturity_rating: NotRequired[Annotated[Optional[str], Field(alias="maturity_rating")]]
    original_language: NotRequired[Annotated[Optional[str], Field(alias="original_language")]]
    original_title: NotRequired[Annotated[Optional[str], Field(alias="original_title")]]
    overview: NotRequired[Annotated[Optional[str], Field(alias="overview")]]
    popularity: NotRequired[Annotated[float, Field(alias="popularity")]]
    poster_path: NotRequired[Annotated[Optional[str], Field(alias="poster_path")]]
    release_date: NotRequired[Annotated[Optional[datetime.date], Field(alias="release_date")]]
    release_year: NotRequired[Annotated[Optional[int], Field(alias="release_year")]]
    title: NotRequired[Annotated[str, Field(alias="title")]]
    tmdb_id: NotRequired[Annotated[Optional[int], Field(alias="tmdb_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicContentCertificates(BaseModel):
    content_id: uuid.UUID = Field(alias="content_id")
    country: str = Field(alias="country")
    maturity_rating: str = Field(alias="maturity_rating")

class PublicContentCertificatesInsert(TypedDict):
    content_id: Annotated[uuid.UUID, Field(alias="content_id")]
    country: Annotated[str, Field(alias="country")]
    maturity_rating: Annotated[str, Field(alias="maturity_rating")]

class PublicContentCertificatesUpdate(TypedDict):
    content_id: NotRequired[Annotated[uuid.UUID, Field(alias="content_id")]]
    country: NotRequired[Annotated[str, Field(alias="country")]]
    maturity_rating: NotRequired[Annotated[str, Field(alias="maturity_rating")]]

class PublicContentTranslations(BaseModel):
    content_id: uuid.UUID = Field(alias="content_id")
    is_machine_made: bool = Field(alias="is_machine_made")
    language: str = Field(alias="language")
    overview: Optional[str] = Field(alias="overview")
    title: Optional[str] = Field(alias="title")

class PublicContentTranslationsInsert(TypedDict):
    content_id: Annotated[uuid.UUID, Field(alias="content_id")]
    is_machine_made: NotRequired[Annotated[bool, Field(alias="is_machine_made")]]
    language: Annotated[str, Field(alias="language")]
    overview: NotRequired[Annotated[Optional[str], Field(alias="overview")]]
    title: NotRequired[Annotated[Optional[str], Field(alias="title")]]

class PublicContentTranslationsUpdate(TypedDict):
    content_id: NotRequired[Annotated[uuid.UUID, Field(alias="content_id")]]
    is_machine_made: NotRequired[Annotated[bool, Field(alias="is_machine_made")]]
    language: NotRequired[Annotated[str, Field(alias="language")]]
    overview: NotRequired[Annotated[Optional[str], Field(alias="overview")]]
    title: NotRequired[Annotated[Optional[str], Field(alias="title")]]

class PublicCreditJobs(BaseModel):
    description: str = Field(alias="description")
    name: str = Field(alias="name")
    position: int = Field(alias="position")

class PublicCreditJobsInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    name: Annotated[str, Field(alias="name")]
    position: Annotated[int, Field(alias="position")]

class PublicCreditJobsUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]

class PublicCredits(BaseModel):
    character_name: Optional[str] = Field(alias="character_name")
    item_id: uuid.UUID = Field(alias="item_id")
    job: str = Field(alias="job")
    person_id: uuid.UUID = Field(alias="person_id")
    position: int = Field(alias="position")

class PublicCreditsInsert(TypedDict):
    character_name: NotRequired[Annotated[Optional[str], Field(alias="character_name")]]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    job: Annotated[str, Field(alias="job")]
    person_id: Annotated[uuid.UUID, Field(alias="person_id")]
    position: Annotated[int, Field(alias="position")]

class PublicCreditsUpdate(TypedDict):
    character_name: NotRequired[Annotated[Optional[str], Field(alias="character_name")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    job: NotRequired[Annotated[str, Field(alias="job")]]
    person_id: NotRequired[Annotated[uuid.UUID, Field(alias="person_id")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]

class PublicGenres(BaseModel):
    id: uuid.UUID = Field(alias="id")
    name: str = Field(alias="name")
    slug: str = Field(alias="slug")

class PublicGenresInsert(TypedDict):
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: Annotated[str, Field(alias="name")]
    slug: Annotated[str, Field(alias="slug")]

class PublicGenresUpdate(TypedDict):
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    slug: NotRequired[Annotated[str, Field(alias="slug")]]

class PublicInteractionTypes(BaseModel):
    cancels: bool = Field(alias="cancels")
    description: str = Field(alias="description")
    is_positive: bool = Field(alias="is_positive")
    name: str = Field(alias="name")
    trend_weight: float = Field(alias="trend_weight")
    verdict: Optional[str] = Field(alias="verdict")

class PublicInteractionTypesInsert(TypedDict):
    cancels: NotRequired[Annotated[bool, Field(alias="cancels")]]
    description: Annotated[str, Field(alias="description")]
    is_positive: NotRequired[Annotated[bool, Field(alias="is_positive")]]
    name: Annotated[str, Field(alias="name")]
    trend_weight: NotRequired[Annotated[float, Field(alias="trend_weight")]]
    verdict: NotRequired[Annotated[Optional[str], Field(alias="verdict")]]

class PublicInteractionTypesUpdate(TypedDict):
    cancels: NotRequired[Annotated[bool, Field(alias="cancels")]]
    description: NotRequired[Annotated[str, Field(alias="description")]]
    is_positive: NotRequired[Annotated[bool, Field(alias="is_positive")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    trend_weight: NotRequired[Annotated[float, Field(alias="trend_weight")]]
    verdict: NotRequired[Annotated[Optional[str], Field(alias="verdict")]]

class PublicInteractions(BaseModel):
    client_id: uuid.UUID = Field(alias="client_id")
    country: Optional[str] = Field(alias="country")
    item_id: uuid.UUID = Field(alias="item_id")
    metadata: JsonValue = Field(alias="metadata")
    month: datetime.date = Field(alias="month")
    occurred_at: datetime.datetime = Field(alias="occurred_at")
    rater_id: uuid.UUID = Field(alias="rater_id")
    received_at: datetime.datetime = Field(alias="received_at")
    type: str = Field(alias="type")

class PublicInteractionsInsert(TypedDict):
    client_id: Annotated[uuid.UUID, Field(alias="client_id")]
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    month: Annotated[datetime.date, Field(alias="month")]
    occurred_at: Annotated[datetime.datetime, Field(alias="occurred_at")]
    rater_id: Annotated[uuid.UUID, Field(alias="rater_id")]
    received_at: NotRequired[Annotated[datetime.datetime, Field(alias="received_at")]]
    type: Annotated[str, Field(alias="type")]

class PublicInteractionsUpdate(TypedDict):
    client_id: NotRequired[Annotated[uuid.UUID, Field(alias="client_id")]]
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    metadata: NotRequired[Annotated[JsonValue, Field(alias="metadata")]]
    month: NotRequired[Annotated[datetime.date, Field(alias="month")]]
    occurred_at: NotRequired[Annotated[datetime.datetime, Field(alias="occurred_at")]]
    rater_id: NotRequired[Annotated[uuid.UUID, Field(alias="rater_id")]]
    received_at: NotRequired[Annotated[datetime.datetime, Field(alias="received_at")]]
    type: NotRequired[Annotated[str, Field(alias="type")]]

class PublicItemAvailability(BaseModel):
    country: Optional[str] = Field(alias="country")
    ends_at: datetime.datetime = Field(alias="ends_at")
    id: int = Field(alias="id")
    item_id: uuid.UUID = Field(alias="item_id")
    starts_at: datetime.datetime = Field(alias="starts_at")
    tier: Optional[str] = Field(alias="tier")

class PublicItemAvailabilityInsert(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    ends_at: NotRequired[Annotated[datetime.datetime, Field(alias="ends_at")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    starts_at: NotRequired[Annotated[datetime.datetime, Field(alias="starts_at")]]
    tier: NotRequired[Annotated[Optional[str], Field(alias="tier")]]

class PublicItemAvailabilityUpdate(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    ends_at: NotRequired[Annotated[datetime.datetime, Field(alias="ends_at")]]
    id: NotRequired[Annotated[int, Field(alias="id")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    starts_at: NotRequired[Annotated[datetime.datetime, Field(alias="starts_at")]]
    tier: NotRequired[Annotated[Optional[str], Field(alias="tier")]]

class PublicItemEmbeddings(BaseModel):
    embedded_at: datetime.datetime = Field(alias="embedded_at")
    embedding: str = Field(alias="embedding")
    item_id: uuid.UUID = Field(alias="item_id")
    kind: str = Field(alias="kind")
    model: str = Field(alias="model")
    text_hash: uuid.UUID = Field(alias="text_hash")

class PublicItemEmbeddingsInsert(TypedDict):
    embedded_at: NotRequired[Annotated[datetime.datetime, Field(alias="embedded_at")]]
    embedding: Annotated[str, Field(alias="embedding")]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    kind: Annotated[str, Field(alias="kind")]
    model: Annotated[str, Field(alias="model")]
    text_hash: Annotated[uuid.UUID, Field(alias="text_hash")]

class PublicItemEmbeddingsUpdate(TypedDict):
    embedded_at: NotRequired[Annotated[datetime.datetime, Field(alias="embedded_at")]]
    embedding: NotRequired[Annotated[str, Field(alias="embedding")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    model: NotRequired[Annotated[str, Field(alias="model")]]
    text_hash: NotRequired[Annotated[uuid.UUID, Field(alias="text_hash")]]

class PublicItemGenres(BaseModel):
    genre_id: uuid.UUID = Field(alias="genre_id")
    item_id: uuid.UUID = Field(alias="item_id")

class PublicItemGenresInsert(TypedDict):
    genre_id: Annotated[uuid.UUID, Field(alias="genre_id")]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]

class PublicItemGenresUpdate(TypedDict):
    genre_id: NotRequired[Annotated[uuid.UUID, Field(alias="genre_id")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]

class PublicItemKeywords(BaseModel):
    item_id: uuid.UUID = Field(alias="item_id")
    keyword: str = Field(alias="keyword")

class PublicItemKeywordsInsert(TypedDict):
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    keyword: Annotated[str, Field(alias="keyword")]

class PublicItemKeywordsUpdate(TypedDict):
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    keyword: NotRequired[Annotated[str, Field(alias="keyword")]]

class PublicItemNeighbours(BaseModel):
    item_id: uuid.UUID = Field(alias="item_id")
    model_id: int = Field(alias="model_id")
    neighbour_id: uuid.UUID = Field(alias="neighbour_id")
    weight: float = Field(alias="weight")

class PublicItemNeighboursInsert(TypedDict):
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    model_id: Annotated[int, Field(alias="model_id")]
    neighbour_id: Annotated[uuid.UUID, Field(alias="neighbour_id")]
    weight: Annotated[float, Field(alias="weight")]

class PublicItemNeighboursUpdate(TypedDict):
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    model_id: NotRequired[Annotated[int, Field(alias="model_id")]]
    neighbour_id: NotRequired[Annotated[uuid.UUID, Field(alias="neighbour_id")]]
    weight: NotRequired[Annotated[float, Field(alias="weight")]]

class PublicItemStats(BaseModel):
    interaction_count: int = Field(alias="interaction_count")
    item_id: uuid.UUID = Field(alias="item_id")
    kind: str = Field(alias="kind")
    rating_count: int = Field(alias="rating_count")
    rating_square_sum: float = Field(alias="rating_square_sum")
    rating_sum: float = Field(alias="rating_sum")

class PublicItemStatsInsert(TypedDict):
    interaction_count: NotRequired[Annotated[int, Field(alias="interaction_count")]]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    kind: Annotated[str, Field(alias="kind")]
    rating_count: NotRequired[Annotated[int, Field(alias="rating_count")]]
    rating_square_sum: NotRequired[Annotated[float, Field(alias="rating_square_sum")]]
    rating_sum: NotRequired[Annotated[float, Field(alias="rating_sum")]]

class PublicItemStatsUpdate(TypedDict):
    interaction_count: NotRequired[Annotated[int, Field(alias="interaction_count")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    rating_count: NotRequired[Annotated[int, Field(alias="rating_count")]]
    rating_square_sum: NotRequired[Annotated[float, Field(alias="rating_square_sum")]]
    rating_sum: NotRequired[Annotated[float, Field(alias="rating_sum")]]

class PublicItemTags(BaseModel):
    item_id: uuid.UUID = Field(alias="item_id")
    tag: str = Field(alias="tag")
    uses: int = Field(alias="uses")

class PublicItemTagsInsert(TypedDict):
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    tag: Annotated[str, Field(alias="tag")]
    uses: NotRequired[Annotated[int, Field(alias="uses")]]

class PublicItemTagsUpdate(TypedDict):
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    tag: NotRequired[Annotated[str, Field(alias="tag")]]
    uses: NotRequired[Annotated[int, Field(alias="uses")]]

class PublicItemTrends(BaseModel):
    country: str = Field(alias="country")
    item_id: uuid.UUID = Field(alias="item_id")
    kind: str = Field(alias="kind")
    language: Optional[str] = Field(alias="language")
    trend: float = Field(alias="trend")

class PublicItemTrendsInsert(TypedDict):
    country: Annotated[str, Field(alias="country")]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    kind: Annotated[str, Field(alias="kind")]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    trend: Annotated[float, Field(alias="trend")]

class PublicItemTrendsUpdate(TypedDict):
    country: NotRequired[Annotated[str, Field(alias="country")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    trend: NotRequired[Annotated[float, Field(alias="trend")]]

class PublicItems(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    is_restricted: bool = Field(alias="is_restricted")
    kind: str = Field(alias="kind")
    language: Optional[str] = Field(alias="language")
    minimum_age: Optional[int] = Field(alias="minimum_age")

class PublicItemsInsert(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_restricted: NotRequired[Annotated[bool, Field(alias="is_restricted")]]
    kind: Annotated[str, Field(alias="kind")]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    minimum_age: NotRequired[Annotated[Optional[int], Field(alias="minimum_age")]]

class PublicItemsUpdate(TypedDict):
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_restricted: NotRequired[Annotated[bool, Field(alias="is_restricted")]]
    kind: NotRequired[Annotated[str, Field(alias="kind")]]
    language: NotRequired[Annotated[Optional[str], Field(alias="language")]]
    minimum_age: NotRequired[Annotated[Optional[int], Field(alias="minimum_age")]]

class PublicKinds(BaseModel):
    description: str = Field(alias="description")
    name: str = Field(alias="name")
    position: int = Field(alias="position")

class PublicKindsInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    name: Annotated[str, Field(alias="name")]
    position: Annotated[int, Field(alias="position")]

class PublicKindsUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    position: NotRequired[Annotated[int, Field(alias="position")]]

class PublicMaturityRatings(BaseModel):
    country: Optional[str] = Field(alias="country")
    description: str = Field(alias="description")
    minimum_age: int = Field(alias="minimum_age")
    name: str = Field(alias="name")
    system: str = Field(alias="system")

class PublicMaturityRatingsInsert(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    description: Annotated[str, Field(alias="description")]
    minimum_age: Annotated[int, Field(alias="minimum_age")]
    name: Annotated[str, Field(alias="name")]
    system: Annotated[str, Field(alias="system")]

class PublicMaturityRatingsUpdate(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    description: NotRequired[Annotated[str, Field(alias="description")]]
    minimum_age: NotRequired[Annotated[int, Field(alias="minimum_age")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    system: NotRequired[Annotated[str, Field(alias="system")]]

class PublicPeople(BaseModel):
    also_known_as: List[str] = Field(alias="also_known_as")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    imdb_id: Optional[str] = Field(alias="imdb_id")
    name: str = Field(alias="name")
    popularity: float = Field(alias="popularity")
    profile_path: Optional[str] = Field(alias="profile_path")
    tmdb_id: Optional[int] = Field(alias="tmdb_id")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicPeopleInsert(TypedDict):
    also_known_as: NotRequired[Annotated[List[str], Field(alias="also_known_as")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    imdb_id: NotRequired[Annotated[Optional[str], Field(alias="imdb_id")]]
    name: Annotated[str, Field(alias="name")]
    popularity: NotRequired[Annotated[float, Field(alias="popularity")]]
    profile_path: NotRequired[Annotated[Optional[str], Field(alias="profile_path")]]
    tmdb_id: NotRequired[Annotated[Optional[int], Field(alias="tmdb_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicPeopleUpdate(TypedDict):
    also_known_as: NotRequired[Annotated[List[str], Field(alias="also_known_as")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    imdb_id: NotRequired[Annotated[Optional[str], Field(alias="imdb_id")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    popularity: NotRequired[Annotated[float, Field(alias="popularity")]]
    profile_path: NotRequired[Annotated[Optional[str], Field(alias="profile_path")]]
    tmdb_id: NotRequired[Annotated[Optional[int], Field(alias="tmdb_id")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicProfiles(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    avatar_path: Optional[str] = Field(alias="avatar_path")
    created_at: datetime.datetime = Field(alias="created_at")
    id: uuid.UUID = Field(alias="id")
    is_default: bool = Field(alias="is_default")
    is_kids: bool = Field(alias="is_kids")
    language_preference: str = Field(alias="language_preference")
    learning_languages: List[str] = Field(alias="learning_languages")
    maturity_rating: str = Field(alias="maturity_rating")
    name: str = Field(alias="name")
    portrait_path: Optional[str] = Field(alias="portrait_path")
    preferences: JsonValue = Field(alias="preferences")
    shows_unrated: bool = Field(alias="shows_unrated")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicProfilesInsert(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    avatar_path: NotRequired[Annotated[Optional[str], Field(alias="avatar_path")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_default: NotRequired[Annotated[bool, Field(alias="is_default")]]
    is_kids: NotRequired[Annotated[bool, Field(alias="is_kids")]]
    language_preference: NotRequired[Annotated[str, Field(alias="language_preference")]]
    learning_languages: NotRequired[Annotated[List[str], Field(alias="learning_languages")]]
    maturity_rating: NotRequired[Annotated[str, Field(alias="maturity_rating")]]
    name: Annotated[str, Field(alias="name")]
    portrait_path: NotRequired[Annotated[Optional[str], Field(alias="portrait_path")]]
    preferences: NotRequired[Annotated[JsonValue, Field(alias="preferences")]]
    shows_unrated: NotRequired[Annotated[bool, Field(alias="shows_unrated")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicProfilesUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    avatar_path: NotRequired[Annotated[Optional[str], Field(alias="avatar_path")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_default: NotRequired[Annotated[bool, Field(alias="is_default")]]
    is_kids: NotRequired[Annotated[bool, Field(alias="is_kids")]]
    language_preference: NotRequired[Annotated[str, Field(alias="language_preference")]]
    learning_languages: NotRequired[Annotated[List[str], Field(alias="learning_languages")]]
    maturity_rating: NotRequired[Annotated[str, Field(alias="maturity_rating")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    portrait_path: NotRequired[Annotated[Optional[str], Field(alias="portrait_path")]]
    preferences: NotRequired[Annotated[JsonValue, Field(alias="preferences")]]
    shows_unrated: NotRequired[Annotated[bool, Field(alias="shows_unrated")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicQueryEvents(BaseModel):
    account_id: Optional[uuid.UUID] = Field(alias="account_id")
    clicked_at: Optional[datetime.datetime] = Field(alias="clicked_at")
    clicked_item_id: Optional[uuid.UUID] = Field(alias="clicked_item_id")
    clicked_position: Optional[int] = Field(alias="clicked_position")
    filters: JsonValue = Field(alias="filters")
    id: uuid.UUID = Field(alias="id")
    item_ids: List[uuid.UUID] = Field(alias="item_ids")
    query: str = Field(alias="query")
    searched_at: datetime.datetime = Field(alias="searched_at")
    sort: Optional[str] = Field(alias="sort")
    total: int = Field(alias="total")
    understood: List[str] = Field(alias="understood")
    with_meaning: bool = Field(alias="with_meaning")

class PublicQueryEventsInsert(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    clicked_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="clicked_at")]]
    clicked_item_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="clicked_item_id")]]
    clicked_position: NotRequired[Annotated[Optional[int], Field(alias="clicked_position")]]
    filters: NotRequired[Annotated[JsonValue, Field(alias="filters")]]
    id: Annotated[uuid.UUID, Field(alias="id")]
    item_ids: Annotated[List[uuid.UUID], Field(alias="item_ids")]
    query: Annotated[str, Field(alias="query")]
    searched_at: Annotated[datetime.datetime, Field(alias="searched_at")]
    sort: NotRequired[Annotated[Optional[str], Field(alias="sort")]]
    total: Annotated[int, Field(alias="total")]
    understood: NotRequired[Annotated[List[str], Field(alias="understood")]]
    with_meaning: Annotated[bool, Field(alias="with_meaning")]

class PublicQueryEventsUpdate(TypedDict):
    account_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="account_id")]]
    clicked_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="clicked_at")]]
    clicked_item_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="clicked_item_id")]]
    clicked_position: NotRequired[Annotated[Optional[int], Field(alias="clicked_position")]]
    filters: NotRequired[Annotated[JsonValue, Field(alias="filters")]]
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    item_ids: NotRequired[Annotated[List[uuid.UUID], Field(alias="item_ids")]]
    query: NotRequired[Annotated[str, Field(alias="query")]]
    searched_at: NotRequired[Annotated[datetime.datetime, Field(alias="searched_at")]]
    sort: NotRequired[Annotated[Optional[str], Field(alias="sort")]]
    total: NotRequired[Annotated[int, Field(alias="total")]]
    understood: NotRequired[Annotated[List[str], Field(alias="understood")]]
    with_meaning: NotRequired[Annotated[bool, Field(alias="with_meaning")]]

class PublicRaters(BaseModel):
    id: uuid.UUID = Field(alias="id")
    is_counted: bool = Field(alias="is_counted")
    profile_id: Optional[uuid.UUID] = Field(alias="profile_id")
    rating_count: int = Field(alias="rating_count")
    rating_sum: float = Field(alias="rating_sum")
    ratings_version: int = Field(alias="ratings_version")
    similarities_version: int = Field(alias="similarities_version")

class PublicRatersInsert(TypedDict):
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_counted: NotRequired[Annotated[bool, Field(alias="is_counted")]]
    profile_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="profile_id")]]
    rating_count: NotRequired[Annotated[int, Field(alias="rating_count")]]
    rating_sum: NotRequired[Annotated[float, Field(alias="rating_sum")]]
    ratings_version: NotRequired[Annotated[int, Field(alias="ratings_version")]]
    similarities_version: NotRequired[Annotated[int, Field(alias="similarities_version")]]

class PublicRatersUpdate(TypedDict):
    id: NotRequired[Annotated[uuid.UUID, Field(alias="id")]]
    is_counted: NotRequired[Annotated[bool, Field(alias="is_counted")]]
    profile_id: NotRequired[Annotated[Optional[uuid.UUID], Field(alias="profile_id")]]
    rating_count: NotRequired[Annotated[int, Field(alias="rating_count")]]
    rating_sum: NotRequired[Annotated[float, Field(alias="rating_sum")]]
    ratings_version: NotRequired[Annotated[int, Field(alias="ratings_version")]]
    similarities_version: NotRequired[Annotated[int, Field(alias="similarities_version")]]

class PublicRatings(BaseModel):
    country: Optional[str] = Field(alias="country")
    created_at: datetime.datetime = Field(alias="created_at")
    item_id: uuid.UUID = Field(alias="item_id")
    rater_id: uuid.UUID = Field(alias="rater_id")
    rating: float = Field(alias="rating")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicRatingsInsert(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    item_id: Annotated[uuid.UUID, Field(alias="item_id")]
    rater_id: NotRequired[Annotated[uuid.UUID, Field(alias="rater_id")]]
    rating: Annotated[float, Field(alias="rating")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicRatingsUpdate(TypedDict):
    country: NotRequired[Annotated[Optional[str], Field(alias="country")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    item_id: NotRequired[Annotated[uuid.UUID, Field(alias="item_id")]]
    rater_id: NotRequired[Annotated[uuid.UUID, Field(alias="rater_id")]]
    rating: NotRequired[Annotated[float, Field(alias="rating")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicRecommendationModels(BaseModel):
    id: int = Field(alias="id")
    is_active: bool = Field(alias="is_active")
    item_count: int = Field(alias="item_count")
    name: str = Field(alias="name")
    parameters: JsonValue = Field(alias="parameters")
    rating_count: int = Field(alias="rating_count")
    targets: List[uuid.UUID] = Field(alias="targets")
    trained_at: datetime.datetime = Field(alias="trained_at")
    version: int = Field(alias="version")

class PublicRecommendationModelsInsert(TypedDict):
    id: NotRequired[Annotated[int, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    item_count: NotRequired[Annotated[int, Field(alias="item_count")]]
    name: Annotated[str, Field(alias="name")]
    parameters: NotRequired[Annotated[JsonValue, Field(alias="parameters")]]
    rating_count: NotRequired[Annotated[int, Field(alias="rating_count")]]
    targets: NotRequired[Annotated[List[uuid.UUID], Field(alias="targets")]]
    trained_at: NotRequired[Annotated[datetime.datetime, Field(alias="trained_at")]]
    version: Annotated[int, Field(alias="version")]

class PublicRecommendationModelsUpdate(TypedDict):
    id: NotRequired[Annotated[int, Field(alias="id")]]
    is_active: NotRequired[Annotated[bool, Field(alias="is_active")]]
    item_count: NotRequired[Annotated[int, Field(alias="item_count")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    parameters: NotRequired[Annotated[JsonValue, Field(alias="parameters")]]
    rating_count: NotRequired[Annotated[int, Field(alias="rating_count")]]
    targets: NotRequired[Annotated[List[uuid.UUID], Field(alias="targets")]]
    trained_at: NotRequired[Annotated[datetime.datetime, Field(alias="trained_at")]]
    version: NotRequired[Annotated[int, Field(alias="version")]]

class PublicRecommendationWeights(BaseModel):
    explanation: str = Field(alias="explanation")
    fitted_at: Optional[datetime.datetime] = Field(alias="fitted_at")
    min_ratings: int = Field(alias="min_ratings")
    part: str = Field(alias="part")
    weight: float = Field(alias="weight")

class PublicRecommendationWeightsInsert(TypedDict):
    explanation: Annotated[str, Field(alias="explanation")]
    fitted_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="fitted_at")]]
    min_ratings: Annotated[int, Field(alias="min_ratings")]
    part: Annotated[str, Field(alias="part")]
    weight: Annotated[float, Field(alias="weight")]

class PublicRecommendationWeightsUpdate(TypedDict):
    explanation: NotRequired[Annotated[str, Field(alias="explanation")]]
    fitted_at: NotRequired[Annotated[Optional[datetime.datetime], Field(alias="fitted_at")]]
    min_ratings: NotRequired[Annotated[int, Field(alias="min_ratings")]]
    part: NotRequired[Annotated[str, Field(alias="part")]]
    weight: NotRequired[Annotated[float, Field(alias="weight")]]

class PublicSubscriptionStatuses(BaseModel):
    description: str = Field(alias="description")
    grants_tier: bool = Field(alias="grants_tier")
    name: str = Field(alias="name")

class PublicSubscriptionStatusesInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    grants_tier: Annotated[bool, Field(alias="grants_tier")]
    name: Annotated[str, Field(alias="name")]

class PublicSubscriptionStatusesUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    grants_tier: NotRequired[Annotated[bool, Field(alias="grants_tier")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]

class PublicSubscriptions(BaseModel):
    account_id: uuid.UUID = Field(alias="account_id")
    created_at: datetime.datetime = Field(alias="created_at")
    current_period_end: datetime.datetime = Field(alias="current_period_end")
    status: str = Field(alias="status")
    tier: str = Field(alias="tier")
    updated_at: datetime.datetime = Field(alias="updated_at")

class PublicSubscriptionsInsert(TypedDict):
    account_id: Annotated[uuid.UUID, Field(alias="account_id")]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    current_period_end: Annotated[datetime.datetime, Field(alias="current_period_end")]
    status: Annotated[str, Field(alias="status")]
    tier: Annotated[str, Field(alias="tier")]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicSubscriptionsUpdate(TypedDict):
    account_id: NotRequired[Annotated[uuid.UUID, Field(alias="account_id")]]
    created_at: NotRequired[Annotated[datetime.datetime, Field(alias="created_at")]]
    current_period_end: NotRequired[Annotated[datetime.datetime, Field(alias="current_period_end")]]
    status: NotRequired[Annotated[str, Field(alias="status")]]
    tier: NotRequired[Annotated[str, Field(alias="tier")]]
    updated_at: NotRequired[Annotated[datetime.datetime, Field(alias="updated_at")]]

class PublicTierLimits(BaseModel):
    description: str = Field(alias="description")
    name: str = Field(alias="name")
    tier: str = Field(alias="tier")
    value: int = Field(alias="value")

class PublicTierLimitsInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    name: Annotated[str, Field(alias="name")]
    tier: Annotated[str, Field(alias="tier")]
    value: Annotated[int, Field(alias="value")]

class PublicTierLimitsUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    tier: NotRequired[Annotated[str, Field(alias="tier")]]
    value: NotRequired[Annotated[int, Field(alias="value")]]

class PublicTiers(BaseModel):
    description: str = Field(alias="description")
    name: str = Field(alias="name")
    rank: int = Field(alias="rank")

class PublicTiersInsert(TypedDict):
    description: Annotated[str, Field(alias="description")]
    name: Annotated[str, Field(alias="name")]
    rank: Annotated[int, Field(alias="rank")]

class PublicTiersUpdate(TypedDict):
    description: NotRequired[Annotated[str, Field(alias="description")]]
    name: NotRequired[Annotated[str, Field(alias="name")]]
    rank: NotRequired[Annotated[int, Field(alias="rank")]]

class PublicUserSimilarities(BaseModel):
    affinity: float = Field(alias="affinity")
    co_ratings: int = Field(alias="co_ratings")
    computed_at: datetime.datetime = Field(alias="computed_at")
    level: float = Field(alias="level")
    neighbour_id: uuid.UUID = Field(alias="neighbour_id")
    rater_id: uuid.UUID = Field(alias="rater_id")
    similarity: Optional[float] = Field(alias="similarity")
    weight: float = Field(alias="weight")

class PublicUserSimilaritiesInsert(TypedDict):
    affinity: NotRequired[Annotated[float, Field(alias="affinity")]]
    co_ratings: Annotated[int, Field(alias="co_ratings")]
    computed_at: NotRequired[Annotated[datetime.datetime, Field(alias="computed_at")]]
    level: NotRequired[Annotated[float, Field(alias="level")]]
    neighbour_id: Annotated[uuid.UUID, Field(alias="neighbour_id")]
    rater_id: Annotated[uuid.UUID, Field(alias="rater_id")]
    similarity: NotRequired[Annotated[Optional[float], Field(alias="similarity")]]
    weight: NotRequired[Annotated[float, Field(alias="weight")]]

class PublicUserSimilaritiesUpdate(TypedDict):
    affinity: NotRequired[Annotated[float, Field(alias="affinity")]]
    co_ratings: NotRequired[Annotated[int, Field(alias="co_ratings")]]
    computed_at: NotRequired[Annotated[datetime.datetime, Field(alias="computed_at")]]
    level: NotRequired[Annotated[float, Field(alias="level")]]
    neighbour_id: NotRequired[Annotated[uuid.UUID, Field(alias="neighbour_id")]]
    rater_id: NotRequired[Annotated[uuid.UUID, Field(alias="rater_id")]]
    similarity: NotRequired[Annotated[Optional[float], Field(alias="similarity")]]
    weight: NotRequired[Annotated[float, Field(alias="weight")]]

class PublicCatalogItems(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    image: Optional[str] = Field(alias="image")
    kind: Optional[str] = Field(alias="kind")
    language: Optional[str] = Field(alias="language")
    overview: Optional[str] = Field(alias="overview")
    popularity: Optional[float] = Field(alias="popularity")
    title: Optional[str] = Field(alias="title")
    year: Optional[int] = Field(alias="year")

class PublicMovies(BaseModel):
    created_at: datetime.datetime = Field(alias="created_at")
    duration_minutes: Optional[int] = Field(alias="duration_minutes")
    id: uuid.UUID = Field(alias="id")
    imdb_id: Optional[str] = Field(alias="imdb_id")
    original_language: Optional[str] = Field(alias="original_language")
    original_title: Optional[str] = Field(alias="original_title")
    overview: Optional[str] = Field(alias="overview")
    popularity: float = Field(alias="popularity")
    poster_path: Optional[str] = Field(alias="poster_path")
    release_date: Optional[datetime.date] = Field(alias="release_date")
    release_year: Optional[int] = Field(alias="release_year")
    title: str = Field(alias="title")
    tmdb_id: Optional[int] = Field(alias="tmdb_id")
    updated_at: datetime.datetime = Field(alias="updated_at")



class PublicAuditEntry(BaseModel):
    id: Optional[int] = Field(alias="id")
    occurred_at: Optional[datetime.datetime] = Field(alias="occurred_at")
    actor_id: Optional[uuid.UUID] = Field(alias="actor_id")
    actor_role: Optional[str] = Field(alias="actor_role")
    action: Optional[str] = Field(alias="action")
    subject_type: Optional[str] = Field(alias="subject_type")
    subject_id: Optional[str] = Field(alias="subject_id")
    before: Optional[JsonValue] = Field(alias="before")
    after: Optional[JsonValue] = Field(alias="after")
    address: Optional[str] = Field(alias="address")
    request_id: Optional[str] = Field(alias="request_id")

class PublicEntitlements(BaseModel):
    tier: Optional[str] = Field(alias="tier")
    expires_at: Optional[datetime.datetime] = Field(alias="expires_at")
    limits: Optional[JsonValue] = Field(alias="limits")

class PublicGenreRowItem(BaseModel):
    genre: Optional[str] = Field(alias="genre")
    row_number: Optional[int] = Field(alias="row_number")
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    score: Optional[float] = Field(alias="score")

class PublicMatchedItem(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    similarity: Optional[float] = Field(alias="similarity")

class PublicPopularItem(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    rating_count: Optional[int] = Field(alias="rating_count")
    average_rating: Optional[float] = Field(alias="average_rating")

class PublicPredictedItem(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    predicted_rating: Optional[float] = Field(alias="predicted_rating")
    score: Optional[float] = Field(alias="score")

class PublicRecommendedItem(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    score: Optional[float] = Field(alias="score")
    reason_code: Optional[str] = Field(alias="reason_code")
    reason: Optional[str] = Field(alias="reason")
    because_of: Optional[uuid.UUID] = Field(alias="because_of")

class PublicSimilarItem(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    score: Optional[float] = Field(alias="score")
    reason_code: Optional[str] = Field(alias="reason_code")

class PublicSuggestion(BaseModel):
    suggestion: Optional[str] = Field(alias="suggestion")
    kind: Optional[str] = Field(alias="kind")
    id: Optional[uuid.UUID] = Field(alias="id")
    title: Optional[str] = Field(alias="title")
    year: Optional[int] = Field(alias="year")
    image: Optional[str] = Field(alias="image")

class PublicTrendingItem(BaseModel):
    id: Optional[uuid.UUID] = Field(alias="id")
    kind: Optional[str] = Field(alias="kind")
    title: Optional[str] = Field(alias="title")
    overview: Optional[str] = Field(alias="overview")
    year: Optional[int] = Field(alias="year")
    language: Optional[str] = Field(alias="language")
    image: Optional[str] = Field(alias="image")
    score: Optional[float] = Field(alias="score")
