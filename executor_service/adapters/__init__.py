"""One outside system a file: Postgres, the Dramatiq queue, Redis wake-ups, the router, the market."""
