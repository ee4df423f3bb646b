insert into public.item_tags as t (item_id, tag, uses)
select s.item_id, s.tag, s.uses from staged_tags as s where s.tag <> ''
on conflict (item_id, tag) do update set uses = excluded.uses where t.uses <> excluded.uses;
