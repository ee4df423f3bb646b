"""The recommend worker: item model, similar raters, and the weights of the sources of lists."""
