"""The public interface: HTTP, WebSocket and SSE in, gRPC out. It imports only the protos, pools and servicekit."""
