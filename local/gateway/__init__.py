"""The gateway: Caddy, with one address and one check of API keys for all services."""
