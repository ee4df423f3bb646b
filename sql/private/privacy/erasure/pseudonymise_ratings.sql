-- Trigger. Before a profile is deleted, moves its ratings to a new rater that no profile refers to. Deleted instead are
-- ratings that were last changed within the period rating_settles of private.periods, and all ratings of a rater that
-- is not counted: otherwise one account could create and delete profiles without end and have their ratings counted for
-- ever, or move old ratings to another item just before. Interactions are deleted with the old rater. Times are
-- truncated to the month: exact ones would identify the ratings to the reader of an older export. Neighbours are kept
-- if their similarities are current.
-- Definer: the owner may delete a profile but not write raters.
create or replace function private.pseudonymise_ratings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_new uuid := gen_random_uuid();
    v_old uuid;
    v_is_fresh boolean;
    v_is_counted boolean;
begin
    -- Lock the rater before any of its rows, in the same order as private.refresh_user_similarity.
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
            or r.updated_at > now() - (select p.length from private.periods as p where p.name = 'rating_settles')
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
        -- When the account itself is deleted, private.delete_user_data deletes the jobs.
        perform private.delete_jobs_naming(array[v_old]);
    end if;
    return old;
end
$$;
comment on function private.pseudonymise_ratings() is 'Trigger. Moves a deleted profile''s ratings to a new pseudonym.';
revoke execute on function private.pseudonymise_ratings() from public;
