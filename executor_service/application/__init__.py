"""One use case a file, named by its verb, and the ports they need."""
