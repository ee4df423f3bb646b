"""One module a resource of the Storage API."""
