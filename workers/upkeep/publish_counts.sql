select private.publish_counts()
