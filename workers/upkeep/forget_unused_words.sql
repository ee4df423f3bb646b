select private.forget_unused_words()
