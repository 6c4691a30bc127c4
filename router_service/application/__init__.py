"""What the router does with the math: quote all venues in parallel, find the best route, watch prices."""
