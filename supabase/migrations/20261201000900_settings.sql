-- Settings of roles, and the partitions of the first months; a worker makes the next ones.

set lock_timeout = '10s';

alter role authenticator set pgrst.db_pre_request = 'private.check_request';
alter role anon set statement_timeout = '2s';
alter role authenticated set statement_timeout = '4s';
alter role service_role set statement_timeout = '30s';
notify pgrst, 'reload config';
select private.make_partitions();
