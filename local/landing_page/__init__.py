"""The page at / of the gateway: an overview of the stack for people with a browser."""
