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
    v_option record;
    v_uses integer;
    v_least integer;
begin
    for v_option in
        select
            l.item_id, l.place, o.reason_code, o.because_of, o.subject,
            lead(l.place) over (order by l.place, o.strength desc, o.reason_code) is distinct from l.place as is_last
        from unnest(list_reasons.list) with ordinality as l (
            item_id, part, score, source_reason, source_item, language, place
        )
        join (
            select r.item_id, r.reason_code, r.because_of, r.subject, r.strength
            from private.reason_options(list_reasons.rater_id, list_reasons.lifts, list_reasons.list) as r
            union all
            select u.item_id, 'rated', null, null, -1
            from unnest(list_reasons.list) as u
        ) as o on o.item_id = l.item_id
        order by l.place, o.strength desc, o.reason_code
    loop
        v_uses := cardinality(
            array_positions(v_codes[greatest(1, v_option.place - 9):], v_option.reason_code)
        );
        v_uses := case when v_uses < 2 then 0 else v_uses end;
        if v_least is null or v_uses < v_least then
            v_least := v_uses;
            item_id := v_option.item_id;
            reason_code := v_option.reason_code;
            because_of := v_option.because_of;
            subject := v_option.subject;
        end if;
        if v_option.is_last then
            v_codes := v_codes || reason_code;
            v_least := null;
            return next;
        end if;
    end loop;
exception when others then
    perform private.report_failure('reasons', sqlstate, sqlerrm);
    return query select l.item_id, 'rated', null::uuid, null::text from unnest(list_reasons.list) as l;
end
$$;
comment on function private.list_reasons(uuid, private.lift[], private.proposal[]) is
'Chooses a reason for each item of a list, at most two of one kind in ten.';
revoke execute on function private.list_reasons(uuid, private.lift[], private.proposal[]) from public;
