-- Trigger: before a profile is deleted, its ratings pass to a new pseudonym that nothing leads to. Those younger than
-- private.periods says (rating_settles) are deleted, and all of a rater that is not counted: else one account could
-- fill and delete profiles without end, and what they rated would count for ever. Interactions are deleted with the old
-- pseudonym. Times are cut to the month: by the second they would show whose ratings these were to a reader of an older
-- export. Neighbours stay where what they were computed from is the same.
-- Definer: the owner may delete a profile, and not write raters.
create or replace function private.unname_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
    v_is_counted boolean;
begin
    -- Held before any of its rows is touched, as private.refresh_user_similarity does.
    select r.id, r.similarities_version = r.ratings_version, r.is_counted into v_old, v_is_fresh, v_is_counted
    from public.raters as r
    where r.profile_id = old.id
    for update;
    perform private.note_changes(array_agg(i.item_id), array_agg(i.rater_id), array_agg(i.country), 'interactions')
    from public.interactions as i
    where i.rater_id = v_old;
    delete from public.ratings as r
    where
        r.rater_id = v_old
        and (
            not v_is_counted
            or r.created_at > now() - (select p.length from private.periods as p where p.name = 'rating_settles')
        );
    v_is_fresh := v_is_fresh and not found;
    if exists (select from public.ratings as r where r.rater_id = v_old) then
        insert into public.raters (id) values (v_new);
        update public.user_similarities as s set rater_id = v_new where s.rater_id = v_old;
        update public.user_similarities as s set neighbour_id = v_new where s.neighbour_id = v_old;
        update public.ratings as r set
            rater_id = v_new,
            country = null,
            created_at = date_trunc('month', r.created_at, 'UTC'),
            updated_at = date_trunc('month', r.updated_at, 'UTC')
        where r.rater_id = v_old;
        update public.raters as r set similarities_version = r.ratings_version where r.id = v_new and v_is_fresh;
    end if;
    delete from public.raters as r where r.id = v_old;
    if exists (select from public.accounts as a where a.id = old.account_id) then
        -- Of an account that is deleted, private.forget_user deleted the jobs.
        perform private.forget_jobs(array[v_old]);
    end if;
    return old;
end
$$;
comment on function private.unname_ratings() is 'Trigger: passes a profile''s ratings to a new pseudonym.';
revoke execute on function private.unname_ratings() from public;
