"""Live streams of events: one order, many orders, a whole account; over WebSocket and server-sent events."""
