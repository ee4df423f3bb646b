"""The upkeep worker: scheduled maintenance of the database and the queue."""
