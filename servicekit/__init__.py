"""Plumbing that every service needs and that knows no domain word: errors, batching, gRPC, telemetry."""
