"""Commands that the Makefile runs, and the modules they share."""
