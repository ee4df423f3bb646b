select private.forget_rate_slots()
