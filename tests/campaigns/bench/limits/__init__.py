"""What the machine can do without our code: each result stands beside the limit it runs against."""
