-- Raters: counts follow when a rater begins or ceases to be counted; ratings are limited by the account's quota.
create or replace trigger count_rater
after update of is_counted on public.raters
for each row when (old.is_counted is distinct from new.is_counted) execute function private.count_rater();

create or replace trigger limit_ratings
before update of rating_count on public.raters
for each row when (new.profile_id is not null and new.rating_count > old.rating_count)
execute function private.limit_ratings();
