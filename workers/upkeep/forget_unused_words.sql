select private.delete_unused_words()
