-- Checks of what clients write, by the functions that came before; rows of before are made to fit, and counted.
-- The tables that are scanned have a row or a few for each user; each check that goes has a stricter one in its place.
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid

set lock_timeout = '10s';

update public.accounts set display_name = null
where not private.is_plain_text(display_name, 100);
update public.accounts set username = null
where private.is_reserved(username::text);
update public.accounts set display_name = null
where private.is_reserved(display_name);
update public.profiles set name = 'Me'
where not private.is_plain_text(name, 100);
update public.profiles set avatar_path = null
where not private.is_own_path(avatar_path, account_id);
update public.profiles set preferences = '{}'
where not private.is_small_json(preferences, 16000);

alter table public.accounts
drop constraint accounts_display_name_length,
add constraint accounts_display_name_plain check (private.is_plain_text(display_name, 100)),
add constraint accounts_time_zone_form check (time_zone ~ '^[A-Za-z0-9_+/-]{1,60}$');

alter table public.profiles
drop constraint profiles_name_length,
drop constraint profiles_avatar_path_form,
drop constraint profiles_learning_languages_codes,
drop constraint profiles_preferences_object,
add constraint profiles_name_plain check (private.is_plain_text(name, 100)),
add constraint profiles_avatar_path_own check (private.is_own_path(avatar_path, account_id)),
add constraint profiles_learning_languages_codes check (private.are_language_codes(learning_languages)),
add constraint profiles_preferences_small check (private.is_small_json(preferences, 16000));

-- What was consented to before stays as it was written: nobody changes a consent.
alter table public.consents
drop constraint consents_version_length,
add constraint consents_version_plain check (private.is_plain_text(document_version, 50)) not valid,
add constraint consents_purpose_form check (purpose ~ '^[a-z][a-z0-9_]{0,49}$') not valid;

-- What editors, importers and workers write has a length too; rows of before are looked at when they change.
alter table public.content
add constraint content_texts_length check (
    length(original_title) <= 500 and length(imdb_id) <= 20 and length(poster_path) <= 500
) not valid;
alter table public.books
add constraint books_texts_length check (
    length(subtitle) <= 500 and length(google_books_id) <= 100 and cardinality(authors) <= 100
    and length(array_to_string(authors, ',')) <= 5000
) not valid,
add constraint books_thumbnail_form check (length(thumbnail_url) <= 2000 and thumbnail_url ~ '^https?://') not valid;
alter table public.genres
add constraint genres_slug_length check (length(slug) <= 100) not valid;

insert into private.quota_uses (account_id, resource, since, used)
select
    c.account_id,
    'consents' as resource,
    '2000-01-01' as since,
    count(*) as used
from public.consents as c
group by c.account_id;

insert into private.quota_uses (account_id, resource, since, used)
select
    p.account_id,
    u.resource,
    i.month,
    sum(case u.resource when 'interactions' then 1 else octet_length(i.metadata::text) end) as used
from public.interactions as i
inner join public.raters as r on i.rater_id = r.id
inner join public.profiles as p on r.profile_id = p.id
cross join (values ('interactions'), ('interaction_bytes')) as u (resource)
group by p.account_id, u.resource, i.month;

insert into private.quota_uses (account_id, resource, since, used)
select
    a.id,
    q.resource,
    '2000-01-01' as since,
    sum(case when q.resource like '%.files' then 1 else private.file_size(o.metadata) end) as used
from storage.objects as o
inner join public.accounts as a on a.id = private.file_account(o.bucket_id, o.name, o.owner_id)
inner join private.quotas as q on q.resource in (o.bucket_id || '.files', o.bucket_id || '.bytes')
group by a.id, q.resource;

select
    private.enqueue(
        'portraits', 'publish_portraits', jsonb_build_object('account_id', p.account_id),
        'publish_portraits ' || p.account_id
    )
from public.profiles as p
where p.avatar_path is not null
group by p.account_id;
