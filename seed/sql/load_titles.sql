-- Other titles, and titles and overviews in other languages. Those of a film whose source has none stay as they are.
delete from public.alternative_titles as t
using staged_films as s
where t.content_id = s.id and not s.alternative_titles ? t.title;

insert into public.alternative_titles as t (content_id, title, kind)
select s.id, a.title, a.kind
from staged_films as s
cross join lateral jsonb_each_text(s.alternative_titles) as a (title, kind)
on conflict (content_id, title) do update set kind = excluded.kind where t.kind <> excluded.kind;

delete from public.content_translations as t
using staged_films as s
where t.content_id = s.id and not t.is_machine_made and not s.translations ? t.language;

insert into public.content_translations as t (content_id, language, title, overview)
select s.id, l.language, l.texts ->> 0, l.texts ->> 1
from staged_films as s
cross join lateral jsonb_each(s.translations) as l (language, texts)
on conflict (content_id, language) do update set
    title = excluded.title,
    overview = excluded.overview,
    is_machine_made = false
where (t.title, t.overview, t.is_machine_made) is distinct from (excluded.title, excluded.overview, false);
