select private.erase_account(%(account_id)s::uuid)
