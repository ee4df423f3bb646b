select private.pack_item_model(%(model)s)
