-- Every request through the API is checked first: the REST server reads this setting of its role.

set lock_timeout = '10s';

alter role authenticator set pgrst.db_pre_request = 'private.check_request';
notify pgrst, 'reload config';
