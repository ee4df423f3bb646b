"""The gateway: Caddy before everything, one address and one key check for all parts."""
