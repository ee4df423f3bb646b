-- Helper. Returns whether the name looks like a name of the service: a reserved name, in the plural and with digits or
-- separators after it too; a name of reserved words alone, such as Support Team; or one that contains the service's own
-- name. Null for null. Texts longer than a name are not compared, since that takes time by length; left() keeps the
-- planner from computing their skeletons in advance.
-- Definer: clients may not read reserved_names.
create or replace function private.is_reserved(name text) returns boolean
language sql stable security definer set search_path = ''
as $$
    with reserved as materialized (
        select private.confusable_form(r.name) as skeleton from private.reserved_names as r
    ), looks as (
        select w.skeleton from private.confusable_form(left(is_reserved.name, 100)) as w (skeleton)
        union all
        select private.confusable_form(regexp_replace(left(is_reserved.name, 100), '[0-9_ .-]+$', ''))
    ), words as (
        select private.confusable_form(w.word) as skeleton
        from regexp_split_to_table(
            left(is_reserved.name, 100), '[[:space:]_.,:;/|()<>{}+*~&#-]+|\[|\]'
        ) as w (word)
    )
    select
        strpos(private.confusable_form(left(is_reserved.name, 100)), private.confusable_form('cinefluent')) > 0
        or exists (
            select from looks as l join reserved as r on r.skeleton in (l.skeleton, regexp_replace(l.skeleton, 's$', ''))
        )
        or (
            select coalesce(
                bool_or(r.skeleton is not null)
                and bool_and(r.skeleton is not null or w.skeleton in ('the', 'of', 'for', 'and', 'desk', 'department')),
                false
            )
            from words as w
            left join reserved as r on r.skeleton in (w.skeleton, regexp_replace(w.skeleton, 's$', ''))
            where w.skeleton !~ '^[0-9]*$'
        )
    where length(is_reserved.name) <= 100
    union all
    select false where length(is_reserved.name) > 100
$$;
comment on function private.is_reserved(text) is 'Whether the name looks like a name of the service.';
revoke execute on function private.is_reserved(text) from public;
grant execute on function private.is_reserved(text) to authenticated, service_role;
