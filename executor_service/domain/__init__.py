"""What an order is and what may happen to it. Pure: no I/O, no clock, no logging, no protobuf."""
