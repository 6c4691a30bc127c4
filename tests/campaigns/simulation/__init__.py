"""The executor's application code in a world of its own: virtual time, seeded faults at every await, exact replay."""
