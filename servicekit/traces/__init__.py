"""Traces: W3C context, a span for each call, and the one module that knows OpenTelemetry."""
