"""The router's use cases: quote all venues in parallel, find the best route, watch prices."""
