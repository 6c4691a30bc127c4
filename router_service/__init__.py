"""The DEX side, with two ways in: the router, and the simulated market. They share the pure pool math."""
