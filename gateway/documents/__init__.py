"""What describes the interface: OpenAPI, AsyncAPI, error pages, tables, the page for people."""
