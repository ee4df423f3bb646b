-- Helper. Returns a random number from the Laplace distribution with this scale (its standard deviation is 1.41 times
-- the scale). Added to a sum, it hides the share of one rater, if a share is at most about the scale (differential
-- privacy: Dwork and others, Calibrating Noise to Sensitivity, TCC 2006).
create or replace function private.laplace_noise(scale double precision) returns double precision
language plpgsql volatile set search_path = ''
as $$
declare
    v_chance double precision := private.random_fraction() - 0.5;
begin
    return -scale * sign(v_chance) * ln(greatest(1 - 2 * abs(v_chance), 1e-15));
end
$$;
comment on function private.laplace_noise(double precision) is
'Returns Laplace noise, which hides one rater''s share of a sum.';
revoke execute on function private.laplace_noise(double precision) from public;
