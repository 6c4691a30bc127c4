"""Slow and rude clients in crowds, a polite one beside them, and what the gateway spends meanwhile: `make rude`."""
