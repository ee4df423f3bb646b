-- Comments and descriptions in plain language.

-- Comments of tables, columns and types of identity, privacy, platform, limits, queue and storage.

comment on schema procrastinate is
'The job queue (Procrastinate). Workers read it; SQL adds jobs with private.enqueue.';

comment on table public.accounts is 'One row per auth user, created at sign-up.';
comment on column public.accounts.id is 'The auth user''s id.';
comment on column public.accounts.email is 'The e-mail address, copied from the auth user; null for anonymous users.';
comment on column public.accounts.display_name is 'The name other users see, 1 to 100 characters.';
comment on column public.accounts.created_at is 'When the account was created.';
comment on column public.accounts.updated_at is 'When the row last changed.';
comment on column public.accounts.country is
'ISO 3166 code of the owner''s country, two capital letters; used when a request does not reveal its country.';
comment on column public.accounts.username is
'The name by which other users find the account, unique regardless of case: 3 to 30 letters, digits and _; null '
'until chosen.';
comment on column public.accounts.locale is 'BCP 47 tag that decides the language and format of dates and texts.';
comment on column public.accounts.time_zone is
'IANA name of the time zone in which the account''s days begin; a trigger checks it.';
comment on column public.accounts.status is
'active; suspended (by an admin, all requests are refused); deleting (deletion scheduled by its owner, still '
'usable).';
comment on column public.accounts.status_reason is
'Why the account is suspended, written by the admin; its owner may read it.';

comment on table public.account_deletions is
'Accounts scheduled for deletion by their owners. A row is deleted when the account is erased or the deletion '
'cancelled.';
comment on column public.account_deletions.account_id is 'The account.';
comment on column public.account_deletions.requested_at is 'When its owner requested the deletion.';
comment on column public.account_deletions.due_at is 'From when an hourly job may erase it.';

comment on table public.consent_purposes is 'The purposes a user can consent to.';
comment on column public.consent_purposes.purpose is 'The name that clients send.';
comment on column public.consent_purposes.description is 'What the user consents to.';

comment on table public.consents is
'Consents given and withdrawn. Rows are added and never updated; the latest row of a purpose is valid.';
comment on column public.consents.id is 'Increases with each row.';
comment on column public.consents.account_id is 'The account that gave or refused consent.';
comment on column public.consents.purpose is 'The purpose.';
comment on column public.consents.document_version is 'The version of the text that was shown, up to 50 characters.';
comment on column public.consents.is_granted is 'True: given. False: refused or withdrawn.';
comment on column public.consents.given_at is 'When the row was added.';

comment on table public.profiles is
'The profiles of an account, one per person who watches: taste and history belong to a profile.';
comment on column public.profiles.id is 'The profile''s id.';
comment on column public.profiles.account_id is 'The account that owns the profile.';
comment on column public.profiles.name is 'The profile''s name, 1 to 100 characters.';
comment on column public.profiles.is_default is
'Whether this profile acts when a client names none; exactly one profile of an account.';
comment on column public.profiles.maturity_rating is
'The highest rating this profile sees: by default PG-13, NC-17 for the profile created at sign-up.';
comment on column public.profiles.language_preference is 'ISO 639 code of the language in which titles are shown.';
comment on column public.profiles.preferences is 'The client''s settings for this profile, a JSON object.';
comment on column public.profiles.created_at is 'When the profile was created.';
comment on column public.profiles.updated_at is 'When the row last changed.';
comment on column public.profiles.avatar_path is
'The uploaded picture: a path in bucket avatars, in the folder named by the account''s id; null: no picture.';
comment on column public.profiles.learning_languages is 'ISO 639 codes of the languages being learned, up to 20.';
comment on column public.profiles.is_kids is
'Whether it is a child''s profile: items above PG, above maturity_rating, or unrated do not exist for it.';
comment on column public.profiles.portrait_path is
'The picture that others see: a path in the public bucket portraits, written by a worker; null: none yet.';
comment on column public.profiles.shows_unrated is
'Whether it sees items without a maturity rating; a kids profile never does.';

comment on table public.subscriptions is
'What an account pays for. An account without a row, or past current_period_end, has tier free. Only the service '
'writes it.';
comment on column public.subscriptions.account_id is 'The account.';
comment on column public.subscriptions.tier is 'The tier it pays for.';
comment on column public.subscriptions.status is
'trial, active, past_due and cancelled grant the tier until current_period_end; paused and expired do not.';
comment on column public.subscriptions.current_period_end is 'Until when the tier is granted, grace period included.';
comment on column public.subscriptions.created_at is 'When the subscription was created.';
comment on column public.subscriptions.updated_at is 'When the row last changed.';

comment on table public.tiers is 'The tiers of subscriptions; free is the tier without one.';
comment on column public.tiers.name is 'free or premium.';
comment on column public.tiers.rank is 'A tier includes what tiers of lower rank permit.';
comment on column public.tiers.description is 'The tier in a sentence.';

comment on table public.tier_limits is 'Numeric limits of a tier; a name without a row is not limited.';
comment on column public.tier_limits.tier is 'The tier.';
comment on column public.tier_limits.name is 'The limited resource.';
comment on column public.tier_limits.value is 'The limit.';
comment on column public.tier_limits.description is 'What is counted, and in what unit.';

comment on type public.audit_entry is 'An entry of the audit log.';

comment on type public.entitlements is 'What an account may use: its tier, until when, and the tier''s limits.';

comment on table private.account_pins is 'The PINs with which accounts leave kids mode; written by private.store_pin.';
comment on column private.account_pins.account_id is 'The account.';
comment on column private.account_pins.salt is 'Random bytes, new for each PIN.';
comment on column private.account_pins.digest is 'private.hash_pin of the PIN.';
comment on column private.account_pins.rounds is 'How many rounds of SHA-256 the digest has.';
comment on column private.account_pins.set_at is 'When the PIN was set.';
comment on column private.account_pins.failed_at is
'Times of recent wrong attempts, at most five; cleared by a correct one.';

comment on table private.kids_sessions is
'Sessions in kids mode; each acts only as its kids profile. A row is deleted with its session or by the correct '
'PIN.';
comment on column private.kids_sessions.session_id is 'The session (auth.sessions), as named in access tokens.';
comment on column private.kids_sessions.profile_id is 'The kids profile that the session is bound to.';
comment on column private.kids_sessions.entered_at is 'When the session entered kids mode.';

comment on table private.user_roles is 'The roles of users; the access token hook copies them into the token.';
comment on column private.user_roles.user_id is 'The user.';
comment on column private.user_roles.role is 'student, tutor, editor, reviewer or admin.';
comment on column private.user_roles.granted_at is 'When the role was granted.';

comment on table private.audit_log is
'Security-relevant actions, append-only, one partition a month. It contains ids, no e-mail addresses or texts of '
'people. Written by private.audit, read by get_audit_log.';
comment on column private.audit_log.id is 'The entry''s number; later entries have higher ones.';
comment on column private.audit_log.month is 'First day of the entry''s month, UTC: the partition key.';
comment on column private.audit_log.occurred_at is 'When it happened.';
comment on column private.audit_log.actor_id is
'The user who acted; null: the service, or an operator in the database.';
comment on column private.audit_log.actor_role is 'The role used: authenticated, service_role or a database role.';
comment on column private.audit_log.action is 'The action, as subject.verb, such as role.granted.';
comment on column private.audit_log.subject_type is 'The kind of the object: account, user, …';
comment on column private.audit_log.subject_id is 'The object''s id.';
comment on column private.audit_log.before is 'The changed values before the action.';
comment on column private.audit_log.after is 'The changed values after it.';
comment on column private.audit_log.address is 'The IP address of the request; null: none.';
comment on column private.audit_log.request_id is 'The request''s x-request-id, to search for in the logs.';

comment on table private.data_inventory is
'What each table holds about whom, why and how long: the record of processing activities (GDPR, article 30). '
'Exports, erasure and retention follow it; the migration that creates a table adds its row.';
comment on column private.data_inventory.schema_name is 'The table''s schema.';
comment on column private.data_inventory.table_name is
'The table; a table of Auth, Storage or Realtime may be missing in some versions.';
comment on column private.data_inventory.holds is 'What its rows are, in a sentence.';
comment on column private.data_inventory.is_personal is 'Whether rows belong to a person.';
comment on column private.data_inventory.purpose is 'Why the rows may be kept; null if they are not personal.';
comment on column private.data_inventory.owner_columns is
'The columns of the foreign key that leads to the row''s owner. Null: the only key that leads to a person, or the '
'shortest path. Empty: none does; existing keys only say who acted.';
comment on column private.data_inventory.owner_ids is
'For tables without such a key: an SQL expression over a row, a text[] of the owners'' user ids.';
comment on column private.data_inventory.exported_columns is
'The columns in exports. Null: all except those that name other people. Empty: the table is not exported.';
comment on column private.data_inventory.retention is
'How long a row is kept; null: as long as its owner. Whole partitions are dropped by month.';
comment on column private.data_inventory.retention_column is 'The column from which retention counts.';
comment on column private.data_inventory.on_erasure is
'What happens when the account is erased: delete, keep_pseudonymous or none (not personal).';

comment on table private.periods is 'Durations that functions read; operators may change them.';
comment on column private.periods.name is 'The name that functions query.';
comment on column private.periods.length is 'The duration.';
comment on column private.periods.meaning is 'What it is for.';

comment on table private.files_to_remove is
'Files of deleted users: already unreadable, until a job deletes their bytes through Storage.';
comment on column private.files_to_remove.bucket_id is 'The bucket.';
comment on column private.files_to_remove.name is 'The name in the bucket; its folder is the id of the deleted user.';
comment on column private.files_to_remove.version is 'The version by which Storage finds the bytes.';
comment on column private.files_to_remove.noted_at is 'When the user was deleted.';

comment on table private.quotas is
'How much of a resource an account may have. A resource without a row is not limited; a change takes effect with '
'the next write.';
comment on column private.quotas.resource is
'The counted resource; for files the bucket, a dot, and files or bytes. Files in a bucket with rows are also '
'checked for type and size.';
comment on column private.quotas.amount is 'The quota of an account.';
comment on column private.quotas.anonymous_amount is 'The quota of an anonymous user''s account.';
comment on column private.quotas.meaning is 'What is counted.';

comment on table private.quota_uses is
'How much an account uses of the resources in private.quotas; maintained by triggers.';
comment on column private.quota_uses.account_id is 'The account.';
comment on column private.quota_uses.resource is 'The resource, as in quotas.';
comment on column private.quota_uses.since is
'First day of the counted month; 2000-01-01 for resources counted without end.';
comment on column private.quota_uses.used is 'The amount used.';

comment on table private.rate_limits is
'How many requests, or rows, a caller may send in any window of so many seconds. A role and scope without a row is '
'not limited.';
comment on column private.rate_limits.role is
'The database role of the request; anon for callers who are not signed in.';
comment on column private.rate_limits.scope is
'read: GET, HEAD and calls of functions that do not write, counted by the REST server; write: all other requests, '
'counted by private.count_request, failed ones by the REST server. storage: file requests; sign_in: sign-ups and '
'password sign-ins per IP address; password: attempts at one account''s password; anonymous: anonymous sign-ups; '
'refresh: session refreshes; these five are counted by private.count_entry. rows: rows written in all tables; '
'ratings, interactions, consents, profiles: rows written in that table; these are counted by private.count_rows.';
comment on column private.rate_limits.requests is
'The limit per user; for anon per IP address; for scope password per account. For the last five scopes the number '
'of rows.';
comment on column private.rate_limits.window_seconds is 'Length of the sliding window in seconds.';

comment on table private.rate_rows is 'How many rows a caller wrote recently. Rows older than two days are deleted.';
comment on column private.rate_rows.caller is 'The user''s id; without a user the network of the request.';
comment on column private.rate_rows.scope is 'The scope, as in rate_limits.';
comment on column private.rate_rows.written_at is
'Start of the step, a sixtieth of the limit''s window, in which they were written.';
comment on column private.rate_rows.written is 'The number of rows written.';

comment on table private.rate_slots is
'Recent requests: each took one of its caller''s slots. Rows older than an hour are deleted.';
comment on column private.rate_slots.caller is
'The user''s id; for anon the IPv4 address or IPv6 network; for scope password a digest of the e-mail address.';
comment on column private.rate_slots.scope is 'The scope, as in rate_limits.';
comment on column private.rate_slots.slot is 'From 1 to the limit of requests.';
comment on column private.rate_slots.taken_at is 'When it was taken; it is free again one window later.';

comment on table private.reserved_names is
'Names of the service, such as admin: clients may not give an account such a name, or one that looks like it.';
comment on column private.reserved_names.name is 'The name.';

comment on type private.admission is
'Whether a request is admitted, the limit, the remaining requests, and the seconds until the next one is possible.';

comment on type private.personal_table is
'A table with rows of people: its distance from auth.users, the condition that selects a user''s rows ($1 is the '
'user''s id), the foreign-key columns used, whether its rows are deleted by cascade with their owner, and the '
'settings of the inventory.';

comment on type private.viewer is
'The viewer that a list is built for: the rater, the country (null: unknown), the highest minimum age the profile '
'may see (null: no limit), the tier, the languages, the preferred one first, and whether it sees unrated items. All '
'null: the service, which sees everything.';
-- Comments on tables, columns, views and types of the domains catalog, recommend, search and interactions.
-- Views whose comments are in sql/private (counted_raters, feedback, likings, search_sources, trend_votes) are not here.

comment on table public.items is
'Everything that can be rated or recommended, one row an item: films, shows, sports events and books. content and books share its key.';
comment on column public.items.id is 'The id that clients use.';
comment on column public.items.kind is 'movie, tv_show, sports or book. A book has a row in books, any other kind in content.';
comment on column public.items.created_at is 'When the item was added to this database.';
comment on column public.items.language is 'ISO 639 code of the original language; a trigger copies it from content or books.';
comment on column public.items.minimum_age is
'Minimum age in years by the maturity rating; null: unrated. A trigger maintains it.';
comment on column public.items.is_restricted is
'True if item_availability has rows for the item, which then limit where and when it is available. A trigger maintains it.';

comment on column public.content.overview is
'A description in a few sentences; embedded together with the title. Null: the item has no embedding and is found by words only.';
comment on column public.content.imdb_id is 'The id at IMDb, such as tt0133093.';
comment on column public.content.tmdb_id is 'The id at The Movie Database, unique per kind.';
comment on column public.content.kind is 'movie, tv_show or sports; equal to items.kind.';
comment on column public.content.title is 'The title in the main language of the catalogue.';
comment on column public.content.original_language is 'ISO 639 code of the original language.';
comment on column public.content.release_date is 'Date of the first release; null: only the year is known.';
comment on column public.content.popularity is
'Popularity stated by the data source; orders items that have no published ratings yet.';
comment on column public.content.poster_path is 'Path of the poster image at the data source.';
comment on column public.content.created_at is 'When the row was inserted.';
comment on column public.content.maturity_rating is
'G, PG, PG-13, R or NC-17; null: unrated, hidden from kids profiles.';

comment on table public.books is 'Books, one row a book; the id is that of items.';
comment on column public.books.isbn13 is 'ISBN-13, digits only.';
comment on column public.books.subtitle is 'The subtitle; null: none.';
comment on column public.books.authors is 'Authors, in the order of the title page.';
comment on column public.books.description is
'A description; embedded together with the title. Null: the item has no embedding and is found by words only.';
comment on column public.books.language is 'ISO 639 code of the original language.';
comment on column public.books.popularity is
'Popularity stated by the data source; orders items that have no published ratings yet.';
comment on column public.books.thumbnail_url is 'URL of a thumbnail of the cover.';
comment on column public.books.created_at is 'When the row was inserted.';

comment on table public.genres is 'Genres of films, shows and books, one row a genre.';
comment on column public.genres.name is 'The name that users see.';
comment on column public.genres.slug is 'The name used in URLs and as the filter of search_content.';

comment on table public.item_genres is 'Genres of items, one row per item and genre.';
comment on column public.item_genres.genre_id is 'A genre of the item.';

comment on table public.item_tags is 'Tags that users gave to items, with counts and without the users.';
comment on column public.item_tags.tag is 'One or a few words, in lower case.';
comment on column public.item_tags.uses is 'How many users gave the item this tag.';

comment on table public.item_availability is
'Where and when items are available. An item without rows is available everywhere and always; an item with rows only as one of them states.';
comment on column public.item_availability.id is 'The id of the row.';
comment on column public.item_availability.country is 'ISO 3166 code, two capital letters; null: every country.';
comment on column public.item_availability.tier is
'premium: only accounts of this tier can play the item; free or null: all can. Lists show the item to all; playback checks the tier.';
comment on column public.item_availability.starts_at is 'Start of the availability, included.';
comment on column public.item_availability.ends_at is 'End of the availability, not included.';

comment on table public.item_embeddings is
'Embeddings of the items'' texts for semantic search, one row an item; the embedding worker maintains them.';
comment on column public.item_embeddings.kind is 'The item''s kind, copied here because each kind has its own HNSW index.';
comment on column public.item_embeddings.model is
'Name and weights of the model that computed the vector. The worker recomputes vectors of any other model.';
comment on column public.item_embeddings.text_hash is
'MD5 of the embedded text; differs from that of private.embedding_texts if the text has changed since.';
comment on column public.item_embeddings.embedding is 'The embedding: 384 dimensions, normalised to length 1.';
comment on column public.item_embeddings.embedded_at is 'When the vector was computed.';

comment on view public.catalog_items is 'All items with the columns that result lists show, from content and books.';
comment on view public.movies is 'The films of content.';
comment on view private.item_facts is 'The columns of content and books that items copies.';
comment on view private.embedding_texts is 'The text to embed for each item, and its hash.';

comment on table public.raters is
'The pseudonyms under which profiles rate. When a profile is deleted, its ratings move to a new pseudonym and still count.';
comment on column public.raters.profile_id is
'The profile of this pseudonym; null: no person can be found from it (deleted profile, or imported ratings).';
comment on column public.raters.rating_count is 'Number of ratings; a trigger maintains it.';
comment on column public.raters.rating_sum is 'Sum of the ratings; the same trigger maintains it.';
comment on column public.raters.ratings_version is 'Number of changes to this rater''s ratings so far.';
comment on column public.raters.similarities_version is
'The ratings_version from which the rows of user_similarities were computed.';
comment on column public.raters.is_counted is
'Whether the ratings and events count in published figures and trends, and the rater can be a neighbour. False for anonymous users.';

comment on table public.ratings is 'Ratings of items, one row per rater and item. Clients send item_id and rating.';
comment on column public.ratings.rater_id is 'The rater; by default that of the acting profile.';
comment on column public.ratings.item_id is 'The rated item.';
comment on column public.ratings.rating is 'Stars, 0.5 to 5.0 in steps of 0.5.';
comment on column public.ratings.created_at is 'When the item was first rated.';
comment on column public.ratings.country is
'ISO 3166 code of the viewer''s country at the first rating, from the gateway or the account; null: unknown.';

comment on table public.interactions is
'Events of raters on items (implicit feedback), partitioned by month. record_interactions is the only writer.';
comment on column public.interactions.rater_id is 'The rater.';
comment on column public.interactions.client_id is
'The event''s id, chosen by the client; an event that is sent again is ignored.';
comment on column public.interactions.month is 'First day of the event''s month in UTC: the partition key.';
comment on column public.interactions.item_id is 'The item.';
comment on column public.interactions.metadata is 'Additional data from the client: a JSON object of up to 2,000 characters.';
comment on column public.interactions.occurred_at is 'When the event occurred, by the client''s clock.';
comment on column public.interactions.received_at is 'When the server received the event. Orders events of one call.';
comment on column public.interactions.country is
'ISO 3166 code of the viewer''s country, from the gateway or the account; null: unknown.';

comment on table public.item_stats is
'Published counts of items, written by private.publish_counts: of five accounts or more, rounded, and changed only after five or more accounts changed them.';
comment on column public.item_stats.kind is 'The item''s kind.';
comment on column public.item_stats.rating_count is
'Number of accounts that rated the item, rounded at random to a multiple of five.';
comment on column public.item_stats.rating_sum is
'rating_count times the mean; the mean has noise and is shrunk to the global baseline. Popular lists are ordered by it.';
comment on column public.item_stats.rating_square_sum is
'Sum of the squared ratings that corresponds to rating_count and the mean, with noise; used to compute their variance.';
comment on column public.item_stats.interaction_count is
'Number of interactions, one per account, type and day, rounded at random to a multiple of five.';

comment on table public.item_trends is
'Published trends of items, per country and for the world, written by private.publish_counts: of five accounts or more, rounded, and changed only after five or more accounts changed them.';
comment on column public.item_trends.country is
'ISO 3166 code of the viewers'' country; 001 (UN M.49) is the world and counts all events.';
comment on column public.item_trends.language is 'The item''s language, copied here for the index.';
comment on column public.item_trends.trend is
'Base-2 logarithm of the sum, over events, of weight times 2^(weeks from 2000-01-01 to the event). An event loses half its relative weight each week without any update of the row (forward decay).';

comment on table public.recommendation_models is
'Models computed from ratings and interactions, one row a version. Only the active version of a name is read.';
comment on column public.recommendation_models.id is 'The id that the rows of item_neighbours refer to.';
comment on column public.recommendation_models.name is
'The use of the model, whatever the algorithm: liked_together for lists, rated_alike for predictions.';
comment on column public.recommendation_models.version is 'Number of the version, increasing per name.';
comment on column public.recommendation_models.parameters is 'The algorithm and its parameters.';
comment on column public.recommendation_models.item_count is 'Number of items in the model.';
comment on column public.recommendation_models.rating_count is
'Number of training examples: ratings, and interactions that count as positive feedback.';
comment on column public.recommendation_models.trained_at is 'When the model was computed.';
comment on column public.recommendation_models.is_active is 'Whether this version is read; at most one version per name.';
comment on column public.recommendation_models.targets is
'The items that the model can recommend, in the order of the dimensions of private.item_weights; set by private.pack_item_model.';

comment on table public.recommendation_weights is
'Weights of the sources that get_recommendations blends, by the rater''s number of ratings. May be edited by hand.';
comment on column public.recommendation_weights.part is
'The source: liked_together (item model), taste (neighbours), liked (items similar to liked items), trending or popular.';
comment on column public.recommendation_weights.min_ratings is
'The row applies to raters with at least this many ratings, up to the next row of the same source.';
comment on column public.recommendation_weights.weight is
'Factor for the source''s scores, which are scaled so that its best item has 1. 0: the source is used only if the others do not fill the list.';
comment on column public.recommendation_weights.explanation is 'How the weight was chosen, with the measured result.';
comment on column public.recommendation_weights.fitted_at is
'When python -m workers blend fitted the weight; null: set by hand.';

comment on table public.item_neighbours is 'Weights between items, computed by a version of a model from ratings and interactions.';
comment on column public.item_neighbours.model_id is 'The version of the model that computed the weight.';
comment on column public.item_neighbours.item_id is
'liked_together: the liked item. rated_alike: the item whose rating is predicted.';
comment on column public.item_neighbours.neighbour_id is
'liked_together: the item to recommend. rated_alike: the item that the rater rated.';
comment on column public.item_neighbours.weight is
'Strength of the relation; negative: liking one lowers the score of the other. Comparable within one version only.';

comment on table public.user_similarities is 'The stored nearest neighbours of each rater, over the items that both rated.';
comment on column public.user_similarities.neighbour_id is 'A neighbour of the rater.';
comment on column public.user_similarities.similarity is
'Pearson''s correlation of the common ratings, -1 to 1; null if undefined: one common rating, or all ratings of one rater equal.';
comment on column public.user_similarities.co_ratings is 'Number of items that both rated.';
comment on column public.user_similarities.computed_at is 'When the row was computed.';
comment on column public.user_similarities.weight is
'Correlation of the residuals (rating minus item baseline) of both, shrunk if few common ratings support it. Predictions use it if it is above zero.';
comment on column public.user_similarities.affinity is
'Share of both raters'' items that they have in common, higher if they agree. Lists use the neighbours with the highest affinity.';
comment on column public.user_similarities.level is
'The neighbour''s bias: the mean residual of the common ratings, shrunk to zero.';

comment on table private.item_counts is
'Exact counts of items'' ratings, maintained by triggers. Models and neighbours are computed from them. They are never returned to a client, since their differences reveal single ratings.';
comment on column private.item_counts.kind is 'The item''s kind.';
comment on column private.item_counts.rating_count is 'Number of ratings by counted raters (raters.is_counted).';
comment on column private.item_counts.rating_sum is 'Sum of these ratings.';
comment on column private.item_counts.rating_square_sum is 'Sum of the squares of these ratings.';

comment on table private.item_weights is
'The weights of item_neighbours packed as sparse vectors, one row an item, for fast sums; written by private.pack_item_model.';
comment on column private.item_weights.model_id is 'The version of the model.';
comment on column private.item_weights.item_id is 'The liked item.';
comment on column private.item_weights.weights is
'Weights from this item to the version''s targets, in their order (recommendation_models.targets).';

comment on table private.pending_changes is
'Accounts that changed a published figure of an item since its last publication. A figure is published again once enough different accounts are listed.';
comment on column private.pending_changes.figure is
'ratings or interactions (item_stats), or a country or 001, the world (item_trends).';
comment on column private.pending_changes.voter is
'Keyed hash of the account, or of the rater if it has no account.';
comment on column private.pending_changes.is_pending is
'False once the figure is published; the account is then not recorded again on the same day.';
comment on column private.pending_changes.changed_on is 'Day of the last recorded change, UTC.';

comment on table private.publication is
'Rules by which private.publish_counts publishes counts and trends: a single row. docs/security-guide.md explains them.';
comment on column private.publication.is_only is 'Always true: the key that allows one row only.';
comment on column private.publication.min_accounts is
'Minimum number of accounts behind a published figure, and of accounts that must change it before it is published again.';
comment on column private.publication.count_step is 'Published counts are rounded to multiples of this number.';
comment on column private.publication.rating_noise is
'Scale of the Laplace noise in a sum of ratings; one rating changes the sum by at most 4.5. 0: no noise, and means are not rounded.';
comment on column private.publication.event_noise is
'Scale of the Laplace noise in a trend, in events of the greatest weight. 0: no noise and no rounding.';
comment on column private.publication.prior is
'Number of ratings at the global baseline that an item''s published mean is shrunk by.';
comment on column private.publication.secret is 'Key of the hashes in private.pending_changes.';

comment on table private.search_documents is
'Search documents, one row an item: the values that searches filter and count by. Triggers of the catalogue maintain them.';
comment on column private.search_documents.document is
'Increasing number of the document. The pages of a search include documents up to the highest number at its first page.';
comment on column private.search_documents.kind is 'The item''s kind.';
comment on column private.search_documents.language is 'ISO 639 code of the item''s language.';
comment on column private.search_documents.year is 'Year of release or publication.';
comment on column private.search_documents.genres is 'Slugs of the item''s genres.';
comment on column private.search_documents.popularity is 'The popularity in content or books; orders matches with equal rank.';
comment on column private.search_documents.stemmer is
'The text search configuration (in schema private) that produced the document''s lexemes, chosen by the stop words of its texts.';
comment on column private.search_documents.texts_hash is
'MD5 of the texts behind the postings and names, which are rebuilt only if it changes.';

comment on table private.search_names is
'Prefix index of titles and authors for suggestions: one row per name and starting word.';
comment on column private.search_names.name is 'The name as shown to users.';
comment on column private.search_names.is_whole is 'True if start is the whole name.';
comment on column private.search_names.popularity is 'The document''s popularity; orders suggestions.';

comment on table private.search_postings is
'Inverted index: the lexemes of each document with their BM25 weights, without the idf. Triggers write and delete a document''s rows with it; a foreign key would be checked per row and double the time of writing.';
comment on column private.search_postings.lexeme is
'A word as stemmed by the document''s text search configuration; for Chinese, Japanese and Korean, a bigram.';
comment on column private.search_postings.weight is
'Term frequency, weighted by field, saturated and normalised by the document''s length (BM25F): 0 to 2.2.';

comment on table private.search_words is
'Vocabulary: every unstemmed word of the catalogue''s texts; spelling corrections are taken from it.';
comment on column private.search_words.word is 'The word, in lower case, without accents.';

comment on type public.matched_item is 'An item found by semantic search, with its cosine similarity to the query.';
comment on type public.popular_item is 'A popular item, with its published number of ratings and mean rating.';
comment on type public.predicted_item is 'An item that users with similar ratings liked, with its predicted rating.';
comment on type public.recommended_item is 'A recommended item with its score and the reason.';
comment on type public.similar_item is
'An item similar to another, with its score and reason code (liked_together or alike).';
comment on type public.suggestion is 'A title or author that matches the typed text.';
comment on type public.trending_item is 'A trending item; score is its number of events, weighted as of now.';

comment on type private.candidate is
'A candidate of a list: its tier (lowest first), its weight (highest first) and its genres (bit set).';
comment on type private.proposal is
'A candidate proposed by one source (part) of a list: its score, the reason code, and the liked item or the language that the reason names.';
comment on type private.parsed_search is
'A parsed query: words and phrases to match, words and phrases to exclude, and whether it contains OR (is_lenient).';
comment on type private.search_filters is 'The filters of a search; null: not filtered.';
comment on type private.search_match is
'A document that matches a query: its fused score, its scores by words (the best document has 1), name and meaning, and the tier needed to play it.';
comment on type private.search_term is
'A lexeme of a query with its BM25 idf; is_meant: it comes from a spelling correction.';
-- Texts of reference rows: data inventory, periods, purposes of consent, quotas, tiers.
update private.data_inventory set
    holds = 'One row per user: e-mail address, names, country, settings.'
where (schema_name, table_name) = ('public', 'accounts');
update private.data_inventory set
    holds = 'The profiles of an account: names, maturity rating, languages, preferences.'
where (schema_name, table_name) = ('public', 'profiles');
update private.data_inventory set
    holds = 'Accounts scheduled for deletion.',
    purpose = 'To carry out the user''s request.'
where (schema_name, table_name) = ('public', 'account_deletions');
update private.data_inventory set
    holds = 'Consents given and withdrawn.'
where (schema_name, table_name) = ('public', 'consents');
update private.data_inventory set
    holds = 'The subscription an account pays for.',
    purpose = 'To decide what the account may use.'
where (schema_name, table_name) = ('public', 'subscriptions');
update private.data_inventory set
    holds = 'Security-relevant actions: ids and IP addresses.'
where (schema_name, table_name) = ('private', 'audit_log');
update private.data_inventory set
    holds = 'Times of recent requests per user, IP address or hashed e-mail address.',
    purpose = 'To limit the rate of requests.'
where (schema_name, table_name) = ('private', 'rate_slots');
update private.data_inventory set
    holds = 'Numbers of rows that a caller wrote recently.',
    purpose = 'To limit how much a user may write.'
where (schema_name, table_name) = ('private', 'rate_rows');
update private.data_inventory set
    holds = 'How much an account uses of each limited resource.',
    purpose = 'To enforce quotas.'
where (schema_name, table_name) = ('private', 'quota_uses');
update private.data_inventory set
    holds = 'The roles of each user.',
    purpose = 'To decide what a user may do.'
where (schema_name, table_name) = ('private', 'user_roles');
update private.data_inventory set
    holds = 'Salted digests of the PINs that end kids mode.'
where (schema_name, table_name) = ('private', 'account_pins');
update private.data_inventory set
    holds = 'Sessions in kids mode.'
where (schema_name, table_name) = ('private', 'kids_sessions');
update private.data_inventory set
    holds = 'Files of deleted users until Storage has deleted them, usually within an hour.',
    purpose = 'To delete the files.'
where (schema_name, table_name) = ('private', 'files_to_remove');
update private.data_inventory set
    holds = 'Sign-in data: e-mail address, phone number, password hash.'
where (schema_name, table_name) = ('auth', 'users');
update private.data_inventory set
    holds = 'Data that sign-in providers sent about a user.'
where (schema_name, table_name) = ('auth', 'identities');
update private.data_inventory set
    holds = 'Where a user is signed in: IP address and browser.'
where (schema_name, table_name) = ('auth', 'sessions');
update private.data_inventory set
    holds = 'The authentication methods of a session.'
where (schema_name, table_name) = ('auth', 'mfa_amr_claims');
update private.data_inventory set
    holds = 'Hashes of one-time links sent by e-mail.'
where (schema_name, table_name) = ('auth', 'one_time_tokens');
update private.data_inventory set
    holds = 'Pending sign-ins through a provider.'
where (schema_name, table_name) = ('auth', 'flow_state');
update private.data_inventory set
    holds = 'Actions of users in Auth.'
where (schema_name, table_name) = ('auth', 'audit_log_entries');
update private.data_inventory set
    holds = 'Pending sign-ins by passkey.'
where (schema_name, table_name) = ('auth', 'webauthn_challenges');
update private.data_inventory set
    holds = 'Pending sign-ins of other apps through this project.'
where (schema_name, table_name) = ('auth', 'oauth_authorizations');
update private.data_inventory set
    holds = 'Other apps that a user authorised.'
where (schema_name, table_name) = ('auth', 'oauth_consents');
update private.data_inventory set
    holds = 'Pending single sign-ons through an organisation.'
where (schema_name, table_name) = ('auth', 'saml_relay_states');
update private.data_inventory set
    holds = 'Files: avatars and other uploads of users.'
where (schema_name, table_name) = ('storage', 'objects');
update private.data_inventory set
    holds = 'Pending multipart uploads.'
where (schema_name, table_name) = ('storage', 's3_multipart_uploads');
update private.data_inventory set
    holds = 'Parts of pending multipart uploads.'
where (schema_name, table_name) = ('storage', 's3_multipart_uploads_parts');
update private.data_inventory set
    holds =
    'Messages that functions and triggers sent to channels. They have no owner, so exports omit them; Realtime deletes '
    'them by age.',
    purpose = 'To deliver messages, also to clients that reconnect.'
where (schema_name, table_name) = ('realtime', 'messages');
update private.data_inventory set
    holds = 'Limits of requests and rows per role.'
where (schema_name, table_name) = ('private', 'rate_limits');
update private.data_inventory set
    holds = 'Limits of the resources of an account.'
where (schema_name, table_name) = ('private', 'quotas');
update private.data_inventory set
    holds = 'Names that no account may have.'
where (schema_name, table_name) = ('private', 'reserved_names');
update private.data_inventory set
    holds = 'The tiers of subscriptions.'
where (schema_name, table_name) = ('public', 'tiers');
update private.data_inventory set
    holds = 'The limits of a tier.'
where (schema_name, table_name) = ('public', 'tier_limits');
update private.data_inventory set
    holds = 'The purposes a user can consent to.'
where (schema_name, table_name) = ('public', 'consent_purposes');
update private.data_inventory set
    holds = 'Durations that functions read.'
where (schema_name, table_name) = ('private', 'periods');
update private.periods set meaning = 'Time from the request to delete an account until it is erased.'
where name = 'deletion_grace';
update private.periods set meaning =
'Age from which a rating is kept under a pseudonym when its profile is deleted; younger ones are deleted.'
where name = 'rating_settles';
update private.periods set meaning =
'Time after a sign-in in which its session may set a new PIN without the current one.'
where name = 'pin_reset';
update public.consent_purposes set description = 'The privacy policy.'
where purpose = 'privacy_policy';
update public.consent_purposes set description = 'E-mails about offers and news.'
where purpose = 'marketing';
update public.consent_purposes set description = 'Measurement of use, linked to the account.'
where purpose = 'analytics';
update public.consent_purposes set description = 'Error reports of the app, linked to the account.'
where purpose = 'error_reports';
update private.quotas set meaning = 'Consents of an account, given and withdrawn.'
where resource = 'consents';
update private.quotas set meaning = 'Pictures in a user''s folder.'
where resource = 'avatars.files';
update private.quotas set meaning = 'Bytes of the pictures in a user''s folder.'
where resource = 'avatars.bytes';
update private.quotas set meaning = 'Recordings in a user''s folder.'
where resource = 'speech.files';
update private.quotas set meaning = 'Bytes of the recordings in a user''s folder.'
where resource = 'speech.bytes';
update private.quotas set meaning = 'Bytes of the artwork that an editor uploaded.'
where resource = 'artwork.bytes';
update private.quotas set meaning = 'Bytes of the masters that an editor uploaded.'
where resource = 'masters.bytes';
update private.quotas set meaning = 'Bytes of the imports that an editor uploaded.'
where resource = 'imports.bytes';
update public.tiers set description = 'Without a subscription, with ads.'
where name = 'free';
update public.tiers set description = 'With a paid subscription.'
where name = 'premium';
update public.tier_limits set description = 'Concurrent playback sessions.'
where name = 'streams';
update public.tier_limits set description = 'Titles stored offline at the same time.'
where name = 'downloads';
update public.tier_limits set description = 'Questions to the AI tutor per day.'
where name = 'ai_questions_per_day';
-- Texts of reference rows of the domains catalog, recommend, search and interactions. Only rows that change.

update private.data_inventory as i set holds = t.holds
from (
    values
    ('public', 'ratings', 'Ratings that raters gave to items.'),
    ('public', 'interactions', 'Events of raters on items, such as views, likes and completions.'),
    ('public', 'user_similarities', 'Neighbours: raters with similar ratings, computed from ratings.'),
    ('public', 'items', 'Everything that can be rated or recommended.'),
    ('public', 'item_genres', 'Genres of items.'),
    ('public', 'item_tags', 'Tags that users gave to items, with counts and without the users.'),
    ('public', 'item_embeddings', 'Embeddings of the items'' texts.'),
    ('public', 'item_stats', 'Published counts of ratings and interactions: rounded, of five accounts or more.'),
    ('public', 'item_trends', 'Published trends of items by country: rounded, of five accounts or more.'),
    ('public', 'item_neighbours', 'Weights between items, computed from the ratings and interactions of all raters.'),
    ('public', 'item_availability', 'Where and when items are available.'),
    ('public', 'recommendation_models', 'Versions of models and how they were computed.'),
    ('public', 'recommendation_weights', 'Weights of the sources of recommendation lists.'),
    ('private', 'item_weights', 'The weights of item_neighbours, packed as vectors.'),
    ('private', 'publication', 'The rules by which counts and trends are published.'),
    (
        'private', 'pending_changes',
        'Keyed hashes of a few accounts for each published figure that changed since its publication.'
    ),
    ('private', 'search_documents', 'The values that searches filter items by.'),
    ('private', 'search_postings', 'The inverted index: words of the items'' texts.'),
    ('private', 'search_names', 'Titles and authors for suggestions.'),
    ('private', 'search_words', 'The vocabulary of the catalogue''s texts.')
) as t (schema_name, table_name, holds)
where (i.schema_name, i.table_name) = (t.schema_name, t.table_name);

update private.data_inventory as i set purpose = t.purpose
from (
    values
    ('public', 'raters', 'To recommend; after the deletion, pseudonymised, for the statistics of items.'),
    ('public', 'ratings', 'To recommend; after the deletion, pseudonymised, for the statistics of items.'),
    ('public', 'user_similarities', 'To recommend; after the deletion, pseudonymised.')
) as t (schema_name, table_name, purpose)
where (i.schema_name, i.table_name) = (t.schema_name, t.table_name);
