"""The blend: the weights of the sources of lists, fitted on held-out feedback."""
