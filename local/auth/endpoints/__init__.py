"""The HTTP endpoints: a module for each resource; local.auth.app has the routes."""
