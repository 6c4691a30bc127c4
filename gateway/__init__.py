"""The public door: HTTP, WebSocket and SSE in, gRPC out. It knows the protos and servicekit, nothing else."""
