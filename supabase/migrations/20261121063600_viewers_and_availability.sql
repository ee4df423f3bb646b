-- Who looks at a list, and what of the catalogue that viewer may see.

set lock_timeout = '10s';

alter table public.accounts add column country text
constraint accounts_country_code check (country ~ '^[A-Z]{2}$');
comment on column public.accounts.country is
'ISO 3166 code of where the owner lives, two capital letters; used where a request does not tell its country.';

create type private.viewer as (rater_id uuid, country text, age smallint, tier text, languages text []);
comment on type private.viewer is
'For whom a list is made: the pseudonym, the country (null: unknown), the highest minimum age the profile may see, '
'the tier, and its languages, the preferred one first. All null: the service itself, which sees everything.';

alter table public.content add column maturity_rating text
constraint content_maturity_known check (maturity_rating in ('G', 'PG', 'PG-13', 'R', 'NC-17'));
comment on column public.content.maturity_rating is 'G, PG, PG-13, R or NC-17; null: not rated, everybody may see it.';

alter table public.items add column language text;
alter table public.items add column minimum_age smallint;
alter table public.items add column is_restricted boolean not null default false;
comment on column public.items.language is 'ISO 639 code of its original language; kept by a trigger.';
comment on column public.items.minimum_age is
'The age its maturity rating asks for, null where it has none; kept by a trigger.';
comment on column public.items.is_restricted is
'Whether item_availability says when and where it can be had; kept by a trigger.';
update public.items as i set language = c.original_language from public.content as c
where c.id = i.id and c.original_language is not null;
update public.items as i set language = b.language from public.books as b
where b.id = i.id and b.language is not null;

create table public.item_availability (
    id bigint generated always as identity primary key,
    item_id uuid not null references public.items (id) on delete cascade,
    country text,
    tier text,
    starts_at timestamptz not null default '-infinity',
    ends_at timestamptz not null default 'infinity',
    constraint item_availability_country_code check (country ~ '^[A-Z]{2}$'),
    constraint item_availability_tier_known check (tier in ('free', 'premium')),
    constraint item_availability_window check (starts_at < ends_at),
    constraint item_availability_once unique nulls not distinct (item_id, country, tier, starts_at)
);
comment on table public.item_availability is
'Where and when an item can be had. An item without rows: everywhere and always; else where one of them says.';
comment on column public.item_availability.id is 'The row''s number.';
comment on column public.item_availability.item_id is 'The item.';
comment on column public.item_availability.country is 'ISO 3166 code, two capital letters; null: everywhere.';
comment on column public.item_availability.tier is
'Who may play it: premium alone; free or null: everybody. Lists show it to all, playback asks.';
comment on column public.item_availability.starts_at is 'From when on.';
comment on column public.item_availability.ends_at is 'Until when, not included.';

-- Each takes the viewer from now on; nothing outside this database calls them.
-- squawk-ignore ban-drop-function
drop function private.popular(text, integer);
-- squawk-ignore ban-drop-function
drop function private.nearest(extensions.vector, text, integer);
