"""The Auth part: an HTTP server that speaks GoTrue's API over the `auth` schema.

`app` joins it together, `endpoints/` holds a module for each resource. What decides (bodies, credentials,
durations, claims, sessions, tokens) is plain functions; database, hooks and the endpoints do the talking.
"""
