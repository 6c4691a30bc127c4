"""Curves, splitting, paths and the search over them. Pure: no I/O, no clock, no logging, no protobuf."""
