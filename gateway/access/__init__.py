"""Access control: keys, scopes, tickets, origins, rate limits, client addresses, open streams."""
