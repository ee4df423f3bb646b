-- Each request is checked before it is answered; the audit log gets its first months.

set lock_timeout = '10s';

select private.make_partitions();

alter role authenticator set pgrst.db_pre_request = 'private.check_request';
notify pgrst, 'reload config';
