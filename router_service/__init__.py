"""The router: quotes every venue in parallel and finds the best route. It stores nothing."""
