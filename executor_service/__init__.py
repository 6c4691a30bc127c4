"""Owns an order from acceptance to its end; the only service that touches the order tables and the queue."""
