"""The HTTP endpoints: a module for each resource, joined in local.auth.app."""
