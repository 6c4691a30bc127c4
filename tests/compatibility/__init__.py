"""The list of what the earlier engines promise, held against the tests that prove it."""
