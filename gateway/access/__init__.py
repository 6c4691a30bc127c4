"""Who may do what, and how much of it: keys, scopes, tickets, origins, rates, client addresses, open streams."""
