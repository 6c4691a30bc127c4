"""The documents of the interface: OpenAPI, AsyncAPI, error pages, tables, the /docs page."""
