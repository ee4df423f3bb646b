-- Trigger. Refuses interactions beyond the account's quotas of a month: their number, and the bytes of their metadata.
-- Retention only deletes rows of past months, so counts need no decrease. Raises PT409.
-- Definer: clients may not read or write quota_uses.
create or replace function private.limit_interactions() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_added record;
begin
    for v_added in
        select p.account_id, r.month, count(*) as added, sum(octet_length(r.metadata::text)) as bytes
        from changed_rows as r
        join public.raters as t on t.id = r.rater_id
        join public.profiles as p on p.id = t.profile_id
        group by p.account_id, r.month
        order by p.account_id, r.month
    loop
        perform private.refuse_over_quota(
            private.use_quota(v_added.account_id, 'interactions', v_added.added, v_added.month),
            'interactions', 'interactions a month'
        );
        perform private.refuse_over_quota(
            private.use_quota(v_added.account_id, 'interaction_bytes', v_added.bytes, v_added.month),
            'interaction_bytes', 'bytes of metadata of interactions a month'
        );
    end loop;
    return null;
end
$$;
comment on function private.limit_interactions() is 'Trigger. Refuses interactions beyond the account''s quota.';
revoke execute on function private.limit_interactions() from public;
