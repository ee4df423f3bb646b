"""The upkeep worker: what a database and a queue need now and then."""
