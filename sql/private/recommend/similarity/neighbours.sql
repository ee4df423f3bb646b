-- Helper. Returns a rater's nearest neighbours (private.nearest_raters): the stored ones, or, if more than one in
-- twenty of the rater's ratings changed since, computed ones. A job updates the stored ones soon after each change.
-- voter is the account that a neighbour counts for (private.counted_raters): callers count accounts, since one account
-- can have five profiles that rate as it likes. Profiles of the rater's own account are left out.
-- It reads the ratings of other raters: only definer functions and workers may call it.
create or replace function private.neighbours(rater_id uuid)
returns table (
    neighbour_id uuid, voter uuid, weight double precision, affinity double precision, level double precision
)
language plpgsql stable rows 150 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_account uuid := (
        select p.account_id
        from public.raters as r
        join public.profiles as p on p.id = r.profile_id
        where r.id = neighbours.rater_id
    );
begin
    if (
        select r.similarities_version >= 0 and (r.ratings_version - r.similarities_version) * 20 <= r.rating_count
        from public.raters as r
        where r.id = neighbours.rater_id
    ) then
        return query
        select s.neighbour_id, v.voter, s.weight, s.affinity, s.level
        from public.user_similarities as s
        join private.counted_raters as v on v.rater_id = s.neighbour_id
        where s.rater_id = neighbours.rater_id and v.voter is distinct from v_account;
    else
        return query
        select n.neighbour_id, v.voter, n.weight, n.affinity, n.level
        from private.nearest_raters(neighbours.rater_id) as n
        join private.counted_raters as v on v.rater_id = n.neighbour_id
        where v.voter is distinct from v_account;
    end if;
end
$$;
comment on function private.neighbours(uuid) is 'Returns a rater''s nearest neighbours, stored or computed.';
revoke execute on function private.neighbours(uuid) from public;
