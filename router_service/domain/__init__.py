"""Pools, splitting and paths: integer math of the real programs. Pure: no I/O, no clock, no logging, no protobuf."""
