"""The page at / of the gateway: where everything is, for whoever opens the stack in a browser."""
