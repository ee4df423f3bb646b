-- Trends by country and language.

set lock_timeout = '10s';

alter table public.interactions add column country text
constraint interactions_country_code check (country ~ '^[A-Z]{2}$');
comment on column public.interactions.country is
'ISO 3166 code of where the viewer was, as the gateway or the account said; null: unknown.';

create table public.item_trends (
    item_id uuid not null,
    country text not null,
    kind text not null,
    language text,
    trend double precision not null,
    primary key (item_id, country),
    constraint item_trends_item_fkey
    foreign key (item_id, kind) references public.items (id, kind) on delete cascade,
    constraint item_trends_country_code check (country ~ '^([A-Z]{2}|001)$')
);
create index item_trends_country on public.item_trends (country, kind, trend desc, item_id);
create index item_trends_language on public.item_trends (country, kind, language, trend desc, item_id);
comment on table public.item_trends is
'What people rate, watch and share now, everywhere and by country: kept by triggers, read by trending lists.';
comment on column public.item_trends.item_id is 'The item.';
comment on column public.item_trends.country is
'ISO 3166 code of where the viewers were; 001, as in UN M.49, is the world and counts all events.';
comment on column public.item_trends.kind is 'The item''s kind.';
comment on column public.item_trends.language is 'The item''s language, so that an index can be asked for it.';
comment on column public.item_trends.trend is
'Base-2 logarithm of the sum, over events, of weight times 2^(weeks from 2000-01-01 to the event): '
'older events count half as much a week, and no row has to be touched as time goes by.';
insert into public.item_trends (item_id, country, kind, language, trend)
select
    s.item_id,
    '001' as country,
    s.kind,
    i.language,
    s.trend
from public.item_stats as s
inner join public.items as i on s.item_id = i.id
where s.trend > '-infinity';

-- It takes a country and a language from now on.
-- squawk-ignore ban-drop-function
drop function public.get_trending_items(integer, text);
