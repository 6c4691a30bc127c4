"""Container programs beside the services: probes, the wait for the schema, the worker's ready file."""
