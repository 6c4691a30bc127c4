"""Bytes in and out: protocols, bodies, strict JSON, answers, problems, traces. Knows no order and no account."""
