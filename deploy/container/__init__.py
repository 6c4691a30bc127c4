"""What runs in a container beside the services themselves: probes, the wait for the schema, the worker's ready file."""
