"""What a request's id may look like: it goes into logs and headers as it is."""

PATTERN = "[A-Za-z0-9._:/+=-]{1,128}"
"""A caller's own that reads otherwise is replaced. The audit log keeps as many characters."""
