// Written by `make docs`.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "account_deletions": {
        Row: {
          "account_id": string;
          "due_at": string;
          "requested_at": string;
        };
        ComputedFields: never;
        Insert: {
          "account_id": string;
          "due_at": string;
          "requested_at"?: string;
        };
        Update: {
          "account_id"?: string;
          "due_at"?: string;
          "requested_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "account_deletions_account_id_fkey";
            columns: ["account_id"];
            isOneToOne: true;
            referencedRelation: "accounts";
            referencedColumns: ["id"];
          },
        ];
      };
      "accounts": {
        Row: {
          "country": string | null;
          "created_at": string;
          "display_name": string | null;
          "email": string | null;
          "id": string;
          "locale": string;
          "status": string;
          "status_reason": string | null;
          "time_zone": string;
          "updated_at": string;
          "username": string | null;
        };
        ComputedFields: never;
        Insert: {
          "country"?: string | null;
          "created_at"?: string;
          "display_name"?: string | null;
          "email"?: string | null;
          "id": string;
          "locale"?: string;
          "status"?: string;
          "status_reason"?: string | null;
          "time_zone"?: string;
          "updated_at"?: string;
          "username"?: string | null;
        };
        Update: {
          "country"?: string | null;
          "created_at"?: string;
          "display_name"?: string | null;
          "email"?: string | null;
          "id"?: string;
          "locale"?: string;
          "status"?: string;
          "status_reason"?: string | null;
          "time_zone"?: string;
          "updated_at"?: string;
          "username"?: string | null;
        };
        Relationships: [];
      };
      "alternative_titles": {
        Row: {
          "content_id": string;
          "kind": string;
          "title": string;
        };
        ComputedFields: never;
        Insert: {
          "content_id": string;
          "kind": string;
          "title": string;
        };
        Update: {
          "content_id"?: string;
          "kind"?: string;
          "title"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "alternative_titles_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "content";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "alternative_titles_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "movies";
            referencedColumns: ["id"];
          },
        ];
      };
      "books": {
        Row: {
          "authors": (string)[];
          "created_at": string;
          "description": string | null;
          "google_books_id": string | null;
          "id": string;
          "isbn13": string | null;
          "kind": string;
          "language": string | null;
          "page_count": number | null;
          "popularity": number;
          "published_year": number | null;
          "subtitle": string | null;
          "thumbnail_url": string | null;
          "title": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "authors"?: (string)[];
          "created_at"?: string;
          "description"?: string | null;
          "google_books_id"?: string | null;
          "id"?: string;
          "isbn13"?: string | null;
          "kind"?: string;
          "language"?: string | null;
          "page_count"?: number | null;
          "popularity"?: number;
          "published_year"?: number | null;
          "subtitle"?: string | null;
          "thumbnail_url"?: string | null;
          "title": string;
          "updated_at"?: string;
        };
        Update: {
          "authors"?: (string)[];
          "created_at"?: string;
          "description"?: string | null;
          "google_books_id"?: string | null;
          "id"?: string;
          "isbn13"?: string | null;
          "kind"?: string;
          "language"?: string | null;
          "page_count"?: number | null;
          "popularity"?: number;
          "published_year"?: number | null;
          "subtitle"?: string | null;
          "thumbnail_url"?: string | null;
          "title"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "books_item_fkey";
            columns: ["id", "kind"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id", "kind"];
          },
        ];
      };
      "consent_purposes": {
        Row: {
          "description": string;
          "purpose": string;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "purpose": string;
        };
        Update: {
          "description"?: string;
          "purpose"?: string;
        };
        Relationships: [];
      };
      "consents": {
        Row: {
          "account_id": string;
          "document_version": string;
          "given_at": string;
          "id": number;
          "is_granted": boolean;
          "purpose": string;
        };
        ComputedFields: never;
        Insert: {
          "account_id"?: string;
          "document_version": string;
          "given_at"?: string;
          "id"?: never;
          "is_granted": boolean;
          "purpose": string;
        };
        Update: {
          "account_id"?: string;
          "document_version"?: string;
          "given_at"?: string;
          "id"?: never;
          "is_granted"?: boolean;
          "purpose"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "consents_account_id_fkey";
            columns: ["account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "consents_purpose_fkey";
            columns: ["purpose"];
            isOneToOne: false;
            referencedRelation: "consent_purposes";
            referencedColumns: ["purpose"];
          },
        ];
      };
      "content": {
        Row: {
          "countries": (string)[];
          "created_at": string;
          "duration_minutes": number | null;
          "id": string;
          "imdb_id": string | null;
          "kind": string;
          "maturity_rating": string | null;
          "original_language": string | null;
          "original_title": string | null;
          "overview": string | null;
          "popularity": number;
          "poster_path": string | null;
          "release_date": string | null;
          "release_year": number | null;
          "title": string;
          "tmdb_id": number | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "countries"?: (string)[];
          "created_at"?: string;
          "duration_minutes"?: number | null;
          "id"?: string;
          "imdb_id"?: string | null;
          "kind"?: string;
          "maturity_rating"?: string | null;
          "original_language"?: string | null;
          "original_title"?: string | null;
          "overview"?: string | null;
          "popularity"?: number;
          "poster_path"?: string | null;
          "release_date"?: string | null;
          "release_year"?: number | null;
          "title": string;
          "tmdb_id"?: number | null;
          "updated_at"?: string;
        };
        Update: {
          "countries"?: (string)[];
          "created_at"?: string;
          "duration_minutes"?: number | null;
          "id"?: string;
          "imdb_id"?: string | null;
          "kind"?: string;
          "maturity_rating"?: string | null;
          "original_language"?: string | null;
          "original_title"?: string | null;
          "overview"?: string | null;
          "popularity"?: number;
          "poster_path"?: string | null;
          "release_date"?: string | null;
          "release_year"?: number | null;
          "title"?: string;
          "tmdb_id"?: number | null;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "content_item_fkey";
            columns: ["id", "kind"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id", "kind"];
          },
          {
            foreignKeyName: "content_maturity_known";
            columns: ["maturity_rating"];
            isOneToOne: false;
            referencedRelation: "maturity_ratings";
            referencedColumns: ["name"];
          },
        ];
      };
      "content_certificates": {
        Row: {
          "content_id": string;
          "country": string;
          "maturity_rating": string;
        };
        ComputedFields: never;
        Insert: {
          "content_id": string;
          "country": string;
          "maturity_rating": string;
        };
        Update: {
          "content_id"?: string;
          "country"?: string;
          "maturity_rating"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "content_certificates_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "content";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "content_certificates_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "movies";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "content_certificates_maturity_known";
            columns: ["maturity_rating"];
            isOneToOne: false;
            referencedRelation: "maturity_ratings";
            referencedColumns: ["name"];
          },
        ];
      };
      "content_translations": {
        Row: {
          "content_id": string;
          "is_machine_made": boolean;
          "language": string;
          "overview": string | null;
          "title": string | null;
        };
        ComputedFields: never;
        Insert: {
          "content_id": string;
          "is_machine_made"?: boolean;
          "language": string;
          "overview"?: string | null;
          "title"?: string | null;
        };
        Update: {
          "content_id"?: string;
          "is_machine_made"?: boolean;
          "language"?: string;
          "overview"?: string | null;
          "title"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "content_translations_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "content";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "content_translations_content_id_fkey";
            columns: ["content_id"];
            isOneToOne: false;
            referencedRelation: "movies";
            referencedColumns: ["id"];
          },
        ];
      };
      "credit_jobs": {
        Row: {
          "description": string;
          "name": string;
          "position": number;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "name": string;
          "position": number;
        };
        Update: {
          "description"?: string;
          "name"?: string;
          "position"?: number;
        };
        Relationships: [];
      };
      "credits": {
        Row: {
          "character_name": string | null;
          "item_id": string;
          "job": string;
          "person_id": string;
          "position": number;
        };
        ComputedFields: never;
        Insert: {
          "character_name"?: string | null;
          "item_id": string;
          "job": string;
          "person_id": string;
          "position": number;
        };
        Update: {
          "character_name"?: string | null;
          "item_id"?: string;
          "job"?: string;
          "person_id"?: string;
          "position"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "credits_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "credits_job_known";
            columns: ["job"];
            isOneToOne: false;
            referencedRelation: "credit_jobs";
            referencedColumns: ["name"];
          },
          {
            foreignKeyName: "credits_person_id_fkey";
            columns: ["person_id"];
            isOneToOne: false;
            referencedRelation: "people";
            referencedColumns: ["id"];
          },
        ];
      };
      "genres": {
        Row: {
          "id": string;
          "name": string;
          "slug": string;
        };
        ComputedFields: never;
        Insert: {
          "id"?: string;
          "name": string;
          "slug": string;
        };
        Update: {
          "id"?: string;
          "name"?: string;
          "slug"?: string;
        };
        Relationships: [];
      };
      "interaction_types": {
        Row: {
          "cancels": boolean;
          "description": string;
          "is_positive": boolean;
          "name": string;
          "trend_weight": number;
          "verdict": string | null;
        };
        ComputedFields: never;
        Insert: {
          "cancels"?: boolean;
          "description": string;
          "is_positive"?: boolean;
          "name": string;
          "trend_weight"?: number;
          "verdict"?: string | null;
        };
        Update: {
          "cancels"?: boolean;
          "description"?: string;
          "is_positive"?: boolean;
          "name"?: string;
          "trend_weight"?: number;
          "verdict"?: string | null;
        };
        Relationships: [];
      };
      "interactions": {
        Row: {
          "client_id": string;
          "country": string | null;
          "item_id": string;
          "metadata": NonNullable<Json>;
          "month": string;
          "occurred_at": string;
          "rater_id": string;
          "received_at": string;
          "type": string;
        };
        ComputedFields: never;
        Insert: {
          "client_id": string;
          "country"?: string | null;
          "item_id": string;
          "metadata"?: NonNullable<Json>;
          "month": string;
          "occurred_at": string;
          "rater_id": string;
          "received_at"?: string;
          "type": string;
        };
        Update: {
          "client_id"?: string;
          "country"?: string | null;
          "item_id"?: string;
          "metadata"?: NonNullable<Json>;
          "month"?: string;
          "occurred_at"?: string;
          "rater_id"?: string;
          "received_at"?: string;
          "type"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "interactions_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "interactions_rater_id_fkey";
            columns: ["rater_id"];
            isOneToOne: false;
            referencedRelation: "raters";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "interactions_type_known";
            columns: ["type"];
            isOneToOne: false;
            referencedRelation: "interaction_types";
            referencedColumns: ["name"];
          },
        ];
      };
      "item_availability": {
        Row: {
          "country": string | null;
          "ends_at": string;
          "id": number;
          "item_id": string;
          "starts_at": string;
          "tier": string | null;
        };
        ComputedFields: never;
        Insert: {
          "country"?: string | null;
          "ends_at"?: string;
          "id"?: never;
          "item_id": string;
          "starts_at"?: string;
          "tier"?: string | null;
        };
        Update: {
          "country"?: string | null;
          "ends_at"?: string;
          "id"?: never;
          "item_id"?: string;
          "starts_at"?: string;
          "tier"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "item_availability_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "item_availability_tier_known";
            columns: ["tier"];
            isOneToOne: false;
            referencedRelation: "tiers";
            referencedColumns: ["name"];
          },
        ];
      };
      "item_embeddings": {
        Row: {
          "embedded_at": string;
          "embedding": string;
          "item_id": string;
          "kind": string;
          "model": string;
          "text_hash": string;
        };
        ComputedFields: never;
        Insert: {
          "embedded_at"?: string;
          "embedding": string;
          "item_id": string;
          "kind": string;
          "model": string;
          "text_hash": string;
        };
        Update: {
          "embedded_at"?: string;
          "embedding"?: string;
          "item_id"?: string;
          "kind"?: string;
          "model"?: string;
          "text_hash"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "item_embeddings_item_fkey";
            columns: ["item_id", "kind"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id", "kind"];
          },
        ];
      };
      "item_genres": {
        Row: {
          "genre_id": string;
          "item_id": string;
        };
        ComputedFields: never;
        Insert: {
          "genre_id": string;
          "item_id": string;
        };
        Update: {
          "genre_id"?: string;
          "item_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "item_genres_genre_id_fkey";
            columns: ["genre_id"];
            isOneToOne: false;
            referencedRelation: "genres";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "item_genres_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
        ];
      };
      "item_keywords": {
        Row: {
          "item_id": string;
          "keyword": string;
        };
        ComputedFields: never;
        Insert: {
          "item_id": string;
          "keyword": string;
        };
        Update: {
          "item_id"?: string;
          "keyword"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "item_keywords_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
        ];
      };
      "item_neighbours": {
        Row: {
          "item_id": string;
          "model_id": number;
          "neighbour_id": string;
          "weight": number;
        };
        ComputedFields: never;
        Insert: {
          "item_id": string;
          "model_id": number;
          "neighbour_id": string;
          "weight": number;
        };
        Update: {
          "item_id"?: string;
          "model_id"?: number;
          "neighbour_id"?: string;
          "weight"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "item_neighbours_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "item_neighbours_model_id_fkey";
            columns: ["model_id"];
            isOneToOne: false;
            referencedRelation: "recommendation_models";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "item_neighbours_neighbour_id_fkey";
            columns: ["neighbour_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
        ];
      };
      "item_stats": {
        Row: {
          "interaction_count": number;
          "item_id": string;
          "kind": string;
          "rating_count": number;
          "rating_square_sum": number;
          "rating_sum": number;
        };
        ComputedFields: never;
        Insert: {
          "interaction_count"?: number;
          "item_id": string;
          "kind": string;
          "rating_count"?: number;
          "rating_square_sum"?: number;
          "rating_sum"?: number;
        };
        Update: {
          "interaction_count"?: number;
          "item_id"?: string;
          "kind"?: string;
          "rating_count"?: number;
          "rating_square_sum"?: number;
          "rating_sum"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "item_stats_item_fkey";
            columns: ["item_id", "kind"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id", "kind"];
          },
        ];
      };
      "item_tags": {
        Row: {
          "item_id": string;
          "tag": string;
          "uses": number;
        };
        ComputedFields: never;
        Insert: {
          "item_id": string;
          "tag": string;
          "uses"?: number;
        };
        Update: {
          "item_id"?: string;
          "tag"?: string;
          "uses"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "item_tags_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
        ];
      };
      "item_trends": {
        Row: {
          "country": string;
          "item_id": string;
          "kind": string;
          "language": string | null;
          "trend": number;
        };
        ComputedFields: never;
        Insert: {
          "country": string;
          "item_id": string;
          "kind": string;
          "language"?: string | null;
          "trend": number;
        };
        Update: {
          "country"?: string;
          "item_id"?: string;
          "kind"?: string;
          "language"?: string | null;
          "trend"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "item_trends_item_fkey";
            columns: ["item_id", "kind"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id", "kind"];
          },
        ];
      };
      "items": {
        Row: {
          "created_at": string;
          "id": string;
          "is_restricted": boolean;
          "kind": string;
          "language": string | null;
          "minimum_age": number | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "id"?: string;
          "is_restricted"?: boolean;
          "kind": string;
          "language"?: string | null;
          "minimum_age"?: number | null;
        };
        Update: {
          "created_at"?: string;
          "id"?: string;
          "is_restricted"?: boolean;
          "kind"?: string;
          "language"?: string | null;
          "minimum_age"?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "items_kind_known";
            columns: ["kind"];
            isOneToOne: false;
            referencedRelation: "kinds";
            referencedColumns: ["name"];
          },
        ];
      };
      "kinds": {
        Row: {
          "description": string;
          "name": string;
          "position": number;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "name": string;
          "position": number;
        };
        Update: {
          "description"?: string;
          "name"?: string;
          "position"?: number;
        };
        Relationships: [];
      };
      "maturity_ratings": {
        Row: {
          "country": string | null;
          "description": string;
          "minimum_age": number;
          "name": string;
          "system": string;
        };
        ComputedFields: never;
        Insert: {
          "country"?: string | null;
          "description": string;
          "minimum_age": number;
          "name": string;
          "system": string;
        };
        Update: {
          "country"?: string | null;
          "description"?: string;
          "minimum_age"?: number;
          "name"?: string;
          "system"?: string;
        };
        Relationships: [];
      };
      "people": {
        Row: {
          "also_known_as": (string)[];
          "created_at": string;
          "id": string;
          "imdb_id": string | null;
          "name": string;
          "popularity": number;
          "profile_path": string | null;
          "tmdb_id": number | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "also_known_as"?: (string)[];
          "created_at"?: string;
          "id"?: string;
          "imdb_id"?: string | null;
          "name": string;
          "popularity"?: number;
          "profile_path"?: string | null;
          "tmdb_id"?: number | null;
          "updated_at"?: string;
        };
        Update: {
          "also_known_as"?: (string)[];
          "created_at"?: string;
          "id"?: string;
          "imdb_id"?: string | null;
          "name"?: string;
          "popularity"?: number;
          "profile_path"?: string | null;
          "tmdb_id"?: number | null;
          "updated_at"?: string;
        };
        Relationships: [];
      };
      "profiles": {
        Row: {
          "account_id": string;
          "avatar_path": string | null;
          "created_at": string;
          "id": string;
          "is_default": boolean;
          "is_kids": boolean;
          "language_preference": string;
          "learning_languages": (string)[];
          "maturity_rating": string;
          "name": string;
          "portrait_path": string | null;
          "preferences": NonNullable<Json>;
          "shows_unrated": boolean;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "account_id"?: string;
          "avatar_path"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "is_default"?: boolean;
          "is_kids"?: boolean;
          "language_preference"?: string;
          "learning_languages"?: (string)[];
          "maturity_rating"?: string;
          "name": string;
          "portrait_path"?: string | null;
          "preferences"?: NonNullable<Json>;
          "shows_unrated"?: boolean;
          "updated_at"?: string;
        };
        Update: {
          "account_id"?: string;
          "avatar_path"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "is_default"?: boolean;
          "is_kids"?: boolean;
          "language_preference"?: string;
          "learning_languages"?: (string)[];
          "maturity_rating"?: string;
          "name"?: string;
          "portrait_path"?: string | null;
          "preferences"?: NonNullable<Json>;
          "shows_unrated"?: boolean;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "profiles_account_id_fkey";
            columns: ["account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "profiles_maturity_known";
            columns: ["maturity_rating"];
            isOneToOne: false;
            referencedRelation: "maturity_ratings";
            referencedColumns: ["name"];
          },
        ];
      };
      "query_events": {
        Row: {
          "account_id": string | null;
          "clicked_at": string | null;
          "clicked_item_id": string | null;
          "clicked_position": number | null;
          "filters": NonNullable<Json>;
          "id": string;
          "item_ids": (string)[];
          "query": string;
          "searched_at": string;
          "sort": string | null;
          "total": number;
          "understood": (string)[];
          "with_meaning": boolean;
        };
        ComputedFields: never;
        Insert: {
          "account_id"?: string | null;
          "clicked_at"?: string | null;
          "clicked_item_id"?: string | null;
          "clicked_position"?: number | null;
          "filters"?: NonNullable<Json>;
          "id": string;
          "item_ids": (string)[];
          "query": string;
          "searched_at": string;
          "sort"?: string | null;
          "total": number;
          "understood"?: (string)[];
          "with_meaning": boolean;
        };
        Update: {
          "account_id"?: string | null;
          "clicked_at"?: string | null;
          "clicked_item_id"?: string | null;
          "clicked_position"?: number | null;
          "filters"?: NonNullable<Json>;
          "id"?: string;
          "item_ids"?: (string)[];
          "query"?: string;
          "searched_at"?: string;
          "sort"?: string | null;
          "total"?: number;
          "understood"?: (string)[];
          "with_meaning"?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: "query_events_account_id_fkey";
            columns: ["account_id"];
            isOneToOne: false;
            referencedRelation: "accounts";
            referencedColumns: ["id"];
          },
        ];
      };
      "raters": {
        Row: {
          "id": string;
          "is_counted": boolean;
          "profile_id": string | null;
          "rating_count": number;
          "rating_sum": number;
          "ratings_version": number;
          "similarities_version": number;
        };
        ComputedFields: never;
        Insert: {
          "id"?: string;
          "is_counted"?: boolean;
          "profile_id"?: string | null;
          "rating_count"?: number;
          "rating_sum"?: number;
          "ratings_version"?: number;
          "similarities_version"?: number;
        };
        Update: {
          "id"?: string;
          "is_counted"?: boolean;
          "profile_id"?: string | null;
          "rating_count"?: number;
          "rating_sum"?: number;
          "ratings_version"?: number;
          "similarities_version"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "raters_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: true;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      "ratings": {
        Row: {
          "country": string | null;
          "created_at": string;
          "item_id": string;
          "rater_id": string;
          "rating": number;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "country"?: string | null;
          "created_at"?: string;
          "item_id": string;
          "rater_id"?: string;
          "rating": number;
          "updated_at"?: string;
        };
        Update: {
          "country"?: string | null;
          "created_at"?: string;
          "item_id"?: string;
          "rater_id"?: string;
          "rating"?: number;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ratings_item_id_fkey";
            columns: ["item_id"];
            isOneToOne: false;
            referencedRelation: "items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "ratings_rater_id_fkey";
            columns: ["rater_id"];
            isOneToOne: false;
            referencedRelation: "raters";
            referencedColumns: ["id"];
          },
        ];
      };
      "recommendation_models": {
        Row: {
          "id": number;
          "is_active": boolean;
          "item_count": number;
          "name": string;
          "parameters": NonNullable<Json>;
          "rating_count": number;
          "targets": (string)[];
          "trained_at": string;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "id"?: never;
          "is_active"?: boolean;
          "item_count"?: number;
          "name": string;
          "parameters"?: NonNullable<Json>;
          "rating_count"?: number;
          "targets"?: (string)[];
          "trained_at"?: string;
          "version": number;
        };
        Update: {
          "id"?: never;
          "is_active"?: boolean;
          "item_count"?: number;
          "name"?: string;
          "parameters"?: NonNullable<Json>;
          "rating_count"?: number;
          "targets"?: (string)[];
          "trained_at"?: string;
          "version"?: number;
        };
        Relationships: [];
      };
      "recommendation_weights": {
        Row: {
          "explanation": string;
          "fitted_at": string | null;
          "min_ratings": number;
          "part": string;
          "weight": number;
        };
        ComputedFields: never;
        Insert: {
          "explanation": string;
          "fitted_at"?: string | null;
          "min_ratings": number;
          "part": string;
          "weight": number;
        };
        Update: {
          "explanation"?: string;
          "fitted_at"?: string | null;
          "min_ratings"?: number;
          "part"?: string;
          "weight"?: number;
        };
        Relationships: [];
      };
      "subscription_statuses": {
        Row: {
          "description": string;
          "grants_tier": boolean;
          "name": string;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "grants_tier": boolean;
          "name": string;
        };
        Update: {
          "description"?: string;
          "grants_tier"?: boolean;
          "name"?: string;
        };
        Relationships: [];
      };
      "subscriptions": {
        Row: {
          "account_id": string;
          "created_at": string;
          "current_period_end": string;
          "status": string;
          "tier": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "account_id": string;
          "created_at"?: string;
          "current_period_end": string;
          "status": string;
          "tier": string;
          "updated_at"?: string;
        };
        Update: {
          "account_id"?: string;
          "created_at"?: string;
          "current_period_end"?: string;
          "status"?: string;
          "tier"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "subscriptions_account_id_fkey";
            columns: ["account_id"];
            isOneToOne: true;
            referencedRelation: "accounts";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscriptions_status_known";
            columns: ["status"];
            isOneToOne: false;
            referencedRelation: "subscription_statuses";
            referencedColumns: ["name"];
          },
          {
            foreignKeyName: "subscriptions_tier_fkey";
            columns: ["tier"];
            isOneToOne: false;
            referencedRelation: "tiers";
            referencedColumns: ["name"];
          },
        ];
      };
      "tier_limits": {
        Row: {
          "description": string;
          "name": string;
          "tier": string;
          "value": number;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "name": string;
          "tier": string;
          "value": number;
        };
        Update: {
          "description"?: string;
          "name"?: string;
          "tier"?: string;
          "value"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "tier_limits_tier_fkey";
            columns: ["tier"];
            isOneToOne: false;
            referencedRelation: "tiers";
            referencedColumns: ["name"];
          },
        ];
      };
      "tiers": {
        Row: {
          "description": string;
          "name": string;
          "rank": number;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "name": string;
          "rank": number;
        };
        Update: {
          "description"?: string;
          "name"?: string;
          "rank"?: number;
        };
        Relationships: [];
      };
      "user_similarities": {
        Row: {
          "affinity": number;
          "co_ratings": number;
          "computed_at": string;
          "level": number;
          "neighbour_id": string;
          "rater_id": string;
          "similarity": number | null;
          "weight": number;
        };
        ComputedFields: never;
        Insert: {
          "affinity"?: number;
          "co_ratings": number;
          "computed_at"?: string;
          "level"?: number;
          "neighbour_id": string;
          "rater_id": string;
          "similarity"?: number | null;
          "weight"?: number;
        };
        Update: {
          "affinity"?: number;
          "co_ratings"?: number;
          "computed_at"?: string;
          "level"?: number;
          "neighbour_id"?: string;
          "rater_id"?: string;
          "similarity"?: number | null;
          "weight"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "user_similarities_neighbour_id_fkey";
            columns: ["neighbour_id"];
            isOneToOne: false;
            referencedRelation: "raters";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "user_similarities_rater_id_fkey";
            columns: ["rater_id"];
            isOneToOne: false;
            referencedRelation: "raters";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      "catalog_items": {
        Row: {
          "id": string | null;
          "image": string | null;
          "kind": string | null;
          "language": string | null;
          "overview": string | null;
          "popularity": number | null;
          "title": string | null;
          "year": number | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "movies": {
        Row: {
          "created_at": string;
          "duration_minutes": number | null;
          "id": string;
          "imdb_id": string | null;
          "original_language": string | null;
          "original_title": string | null;
          "overview": string | null;
          "popularity": number;
          "poster_path": string | null;
          "release_date": string | null;
          "release_year": number | null;
          "title": string;
          "tmdb_id": number | null;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string | null;
          "duration_minutes"?: number | null;
          "id"?: string | null;
          "imdb_id"?: string | null;
          "original_language"?: string | null;
          "original_title"?: string | null;
          "overview"?: string | null;
          "popularity"?: number | null;
          "poster_path"?: string | null;
          "release_date"?: string | null;
          "release_year"?: number | null;
          "title"?: string | null;
          "tmdb_id"?: number | null;
          "updated_at"?: string | null;
        };
        Update: {
          "created_at"?: string | null;
          "duration_minutes"?: number | null;
          "id"?: string | null;
          "imdb_id"?: string | null;
          "original_language"?: string | null;
          "original_title"?: string | null;
          "overview"?: string | null;
          "popularity"?: number | null;
          "poster_path"?: string | null;
          "release_date"?: string | null;
          "release_year"?: number | null;
          "title"?: string | null;
          "tmdb_id"?: number | null;
          "updated_at"?: string | null;
        };
        Relationships: [];
      };
    };
    Functions: {
      "cancel_account_deletion": { Args: Record<PropertyKey, never>; Returns: boolean };
      "delete_my_account": { Args: Record<PropertyKey, never>; Returns: string };
      "enter_kids_mode": { Args: { "profile_id"?: string }; Returns: undefined };
      "export_my_data": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_account": { Args: { "user_id"?: string }; Returns: Json };
      "get_audit_log": {
        Args: {
          "action"?: string;
          "actor_id"?: string;
          "before_id"?: number;
          "count"?: number;
          "subject_id"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["audit_entry"][];
        SetofOptions: {
          from: "*";
          to: "audit_entry";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_collaborative_recommendations": {
        Args: { "count"?: number; "user_id"?: string };
        Returns: Database["public"]["CompositeTypes"]["predicted_item"][];
        SetofOptions: {
          from: "*";
          to: "predicted_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_entitlements": {
        Args: Record<PropertyKey, never>;
        Returns: Database["public"]["CompositeTypes"]["entitlements"];
        SetofOptions: {
          from: "*";
          to: "entitlements";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "get_genre_rows": {
        Args: { "count"?: number; "genres"?: number; "kind"?: string };
        Returns: Database["public"]["CompositeTypes"]["genre_row_item"][];
        SetofOptions: {
          from: "*";
          to: "genre_row_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_kids_mode": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_onboarding_items": {
        Args: { "count"?: number; "kind"?: string };
        Returns: Database["public"]["CompositeTypes"]["popular_item"][];
        SetofOptions: {
          from: "*";
          to: "popular_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_popular_items": {
        Args: { "count"?: number; "kind"?: string; "limit"?: number };
        Returns: Database["public"]["CompositeTypes"]["popular_item"][];
        SetofOptions: {
          from: "*";
          to: "popular_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_recommendations": {
        Args: { "count"?: number; "diversity"?: number; "kind"?: string; "profile_id"?: string };
        Returns: Database["public"]["CompositeTypes"]["recommended_item"][];
        SetofOptions: {
          from: "*";
          to: "recommended_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_similar_items": {
        Args: { "count"?: number; "item_id"?: string };
        Returns: Database["public"]["CompositeTypes"]["similar_item"][];
        SetofOptions: {
          from: "*";
          to: "similar_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_trending_items": {
        Args: { "count"?: number; "country"?: string; "kind"?: string; "language"?: string };
        Returns: Database["public"]["CompositeTypes"]["trending_item"][];
        SetofOptions: {
          from: "*";
          to: "trending_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "get_user_roles": { Args: { "user_id"?: string }; Returns: (string)[] };
      "grant_role": { Args: { "role"?: string; "user_id"?: string }; Returns: (string)[] };
      "leave_kids_mode": { Args: { "pin"?: string }; Returns: undefined };
      "match_books": {
        Args: { "match_count"?: number; "match_threshold"?: number; "query_embedding"?: string };
        Returns: Database["public"]["CompositeTypes"]["matched_item"][];
        SetofOptions: {
          from: "*";
          to: "matched_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "match_content": {
        Args: {
          "kind"?: string;
          "match_count"?: number;
          "match_threshold"?: number;
          "query_embedding"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["matched_item"][];
        SetofOptions: {
          from: "*";
          to: "matched_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "match_movies": {
        Args: { "match_count"?: number; "match_threshold"?: number; "query_embedding"?: string };
        Returns: Database["public"]["CompositeTypes"]["matched_item"][];
        SetofOptions: {
          from: "*";
          to: "matched_item";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "predict_rating": { Args: { "item_id"?: string; "user_id"?: string }; Returns: number };
      "record_consent": {
        Args: { "granted"?: boolean; "purpose"?: string; "version"?: string };
        Returns: {
          "account_id": string;
          "document_version": string;
          "given_at": string;
          "id": number;
          "is_granted": boolean;
          "purpose": string;
        };
        SetofOptions: {
          from: "*";
          to: "consents";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "record_interactions": { Args: { "events"?: Json }; Returns: number };
      "record_search_click": {
        Args: { "item_id"?: string; "position"?: number; "search_id"?: string };
        Returns: undefined;
      };
      "restore_account": { Args: { "user_id"?: string }; Returns: undefined };
      "revoke_role": { Args: { "role"?: string; "user_id"?: string }; Returns: (string)[] };
      "search_content": {
        Args: {
          "count"?: number;
          "cursor"?: string;
          "genre"?: string;
          "ignore"?: (string)[];
          "kind"?: string;
          "language"?: string;
          "query"?: string;
          "query_embedding"?: string;
          "sort"?: string;
          "tier"?: string;
          "year_from"?: number;
          "year_to"?: number;
        };
        Returns: Json;
      };
      "search_semantic": {
        Args: {
          "kind"?: string;
          "match_count"?: number;
          "match_threshold"?: number;
          "query"?: string;
          "query_embedding"?: string;
        };
        Returns: Json;
      };
      "set_account_pin": { Args: { "current_pin"?: string; "pin"?: string }; Returns: undefined };
      "set_default_profile": { Args: { "profile_id"?: string }; Returns: undefined };
      "suggest": {
        Args: { "count"?: number; "q"?: string };
        Returns: Database["public"]["CompositeTypes"]["suggestion"][];
        SetofOptions: {
          from: "*";
          to: "suggestion";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "suspend_account": { Args: { "reason"?: string; "user_id"?: string }; Returns: undefined };
      "understand_query": { Args: { "ignore"?: (string)[]; "query"?: string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      "audit_entry": {
        "id": number | null;
        "occurred_at": string | null;
        "actor_id": string | null;
        "actor_role": string | null;
        "action": string | null;
        "subject_type": string | null;
        "subject_id": string | null;
        "before": Json | null;
        "after": Json | null;
        "address": string | null;
        "request_id": string | null;
      };
      "entitlements": {
        "tier": string | null;
        "expires_at": string | null;
        "limits": Json | null;
      };
      "genre_row_item": {
        "genre": string | null;
        "row_number": number | null;
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "score": number | null;
      };
      "matched_item": {
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "similarity": number | null;
      };
      "popular_item": {
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "rating_count": number | null;
        "average_rating": number | null;
      };
      "predicted_item": {
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "predicted_rating": number | null;
        "score": number | null;
      };
      "recommended_item": {
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "score": number | null;
        "reason_code": string | null;
        "reason": string | null;
        "because_of": string | null;
      };
      "similar_item": {
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "score": number | null;
        "reason_code": string | null;
      };
      "suggestion": {
        "suggestion": string | null;
        "kind": string | null;
        "id": string | null;
        "title": string | null;
        "year": number | null;
        "image": string | null;
      };
      "trending_item": {
        "id": string | null;
        "kind": string | null;
        "title": string | null;
        "overview": string | null;
        "year": number | null;
        "language": string | null;
        "image": string | null;
        "score": number | null;
      };
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
