"""One outside system a file: Postgres, the Dramatiq queue, the Redis feed of events, the router, the market."""
