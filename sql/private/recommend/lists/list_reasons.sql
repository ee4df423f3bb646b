-- Helper. Chooses a reason for each item of a list from private.reason_options: going down the list, the strongest
-- whose code the nine items before have at most once, so that ten items in a row have at most two reasons of one kind.
-- An item without such an option gets "rated", which is true of every item; once that is used up too, the code that the
-- nine items before have least often. If an error occurs, it is logged and counted, and each item gets "rated".
-- A newcomer (no liked item) keeps the reasons of the sources.
-- It reads ratings: only definer functions and workers may call it.
create or replace function private.list_reasons(rater_id uuid, lifts private.lift[], list private.proposal[])
returns table (item_id uuid, reason_code text, because_of uuid, subject text)
language plpgsql stable rows 20 set search_path = '' set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_codes text[] := '{}';
    v_options jsonb;
    v_chosen jsonb;
begin
    select jsonb_object_agg(o.item_id, o.options) into v_options
    from (
        select
            o.item_id,
            jsonb_agg(
                jsonb_build_object('code', o.reason_code, 'because_of', o.because_of, 'subject', o.subject)
                order by o.strength desc, o.reason_code
            ) as options
        from private.reason_options(list_reasons.rater_id, list_reasons.lifts, list_reasons.list) as o
        group by o.item_id
    ) as o;
    for v_place in 1..cardinality(list) loop
        item_id := list[v_place].item_id;
        select o.option into v_chosen
        from jsonb_array_elements(
            coalesce(v_options -> item_id::text, '[]') || '[{"code": "rated"}]'
        ) with ordinality as o (option, place)
        cross join lateral (
            select count(*) as uses
            from unnest(v_codes[greatest(1, v_place - 9):]) as c (code)
            where c.code = o.option ->> 'code'
        ) as u
        order by u.uses >= 2, case when u.uses >= 2 then u.uses else 0 end, o.place
        limit 1;
        reason_code := v_chosen ->> 'code';
        because_of := (v_chosen ->> 'because_of')::uuid;
        subject := v_chosen ->> 'subject';
        v_codes := v_codes || reason_code;
        return next;
    end loop;
exception when others then
    perform private.report_failure('reasons', sqlstate, sqlerrm);
    return query select l.item_id, 'rated', null::uuid, null::text from unnest(list_reasons.list) as l;
end
$$;
comment on function private.list_reasons(uuid, private.lift[], private.proposal[]) is
'Chooses a reason for each item of a list, at most two of one kind in ten.';
revoke execute on function private.list_reasons(uuid, private.lift[], private.proposal[]) from public;
