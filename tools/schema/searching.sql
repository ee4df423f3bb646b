-- The text search configurations of the schema private: the dictionaries of each, and the tokens that they take.

select
    d.configuration,
    d.dictionaries,
    string_agg(d.alias, ', ' order by d.alias) as tokens
from (
    select
        c.oid::regconfig::text as configuration,
        t.alias,
        string_agg(m.mapdict::regdictionary::text, ', ' order by m.mapseqno) as dictionaries
    from pg_catalog.pg_ts_config as c
    inner join pg_catalog.pg_ts_config_map as m on c.oid = m.mapcfg
    cross join lateral ts_token_type(c.cfgparser) as t
    where c.cfgnamespace = 'private'::regnamespace and t.tokid = m.maptokentype
    group by c.oid, t.alias
) as d
group by d.configuration, d.dictionaries
order by d.configuration, d.dictionaries
