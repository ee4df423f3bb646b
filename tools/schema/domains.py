"""The domain of each table, view and type; the only place that assigns them."""

RELATIONS = {
    "identity": """
        public.accounts public.profiles public.raters
        private.roles private.user_roles private.account_pins private.kids_sessions private.viewer
    """,
    "billing": """
        public.tiers public.tier_limits public.subscription_statuses public.subscriptions public.entitlements
    """,
    "catalog": """
        public.kinds public.maturity_ratings public.items public.content public.books
        public.movies public.catalog_items
        public.genres public.item_genres public.item_tags public.item_keywords
        public.people public.credit_jobs public.credits
        public.content_translations public.alternative_titles public.content_certificates
        public.item_embeddings public.item_availability
    """,
    "search": """
        private.search_documents private.search_postings private.search_names private.search_words
        private.search_people private.query_words private.query_span private.query_people
        private.understanding private.understood_document private.found_document
        private.parsed_search private.search_term private.search_match private.search_filters
        public.query_events
        public.suggestion public.matched_item
    """,
    "recommend": """
        public.ratings public.interaction_types public.interactions private.interactions_default
        public.item_stats public.item_trends
        private.item_counts private.publication private.pending_changes
        public.user_similarities public.recommendation_models public.item_neighbours private.item_weights
        public.recommendation_weights
        private.feature_shares private.feature_items
        private.candidate private.proposal private.lift
        public.popular_item public.trending_item public.similar_item public.predicted_item
        public.recommended_item public.genre_row_item
    """,
    "media": """
        storage.buckets
    """,
    "privacy": """
        private.data_inventory private.personal_table private.files_to_remove
        public.account_deletions public.consent_purposes public.consents
    """,
    "platform": """
        private.audit_log private.audit_log_default public.audit_entry
        private.rate_limits private.rate_slots private.rate_rows private.admission
        private.quotas private.quota_uses private.reserved_names private.periods
    """,
}
BY_NAME = {name: domain for domain, names in RELATIONS.items() for name in names.split()}
QUEUE = "queue"
"""Everything of the schema procrastinate."""
DOMAINS = (*RELATIONS, QUEUE)


def domain_of(relation: str) -> str | None:
    """The domain of a relation, named with its schema; None if it has none yet."""
    return QUEUE if relation.startswith("procrastinate.") else BY_NAME.get(relation)
