-- name: lock_account
-- Wait for another publication of the account's pictures to end.
select pg_advisory_xact_lock(hashtextextended('portraits ' || %(account_id)s, 0));

-- name: profiles
-- The profiles of an account: id, path of the uploaded picture, path of the published one. A picture in the folder of
-- another profile is not published: a kids profile may not read it.
select
    p.id,
    case
        when not exists (
            select
            from public.profiles as o
            where
                o.account_id = p.account_id and o.id <> p.id
                and p.avatar_path like '%%/%%/%%' and split_part(p.avatar_path, '/', 2) = o.id::text
        ) then p.avatar_path
    end as avatar_path,
    p.portrait_path
from public.profiles as p
where p.account_id = %(account_id)s::uuid
order by p.id;

-- name: lock_profiles
-- The profiles that still exist, their raters locked until the transaction ends: a deletion locks these first.
select p.id
from public.profiles as p
join public.raters as r on r.profile_id = p.id
where p.account_id = %(account_id)s::uuid
order by r.id
for key share of r;

-- name: save_path
-- Store the path of a profile's published picture.
update public.profiles set portrait_path = %(portrait_path)s where id = %(profile_id)s;
