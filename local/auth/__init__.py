"""Auth: an HTTP server with GoTrue's API over the schema `auth`.

`app` has the routes, `endpoints/` a module for each resource. Decisions (bodies, credentials, durations,
claims, sessions, tokens) are pure functions; database, hooks and endpoints do the input and output.
"""
