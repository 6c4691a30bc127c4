"""Live streams: one order, many orders, a whole account; over WebSocket and server-sent events."""
