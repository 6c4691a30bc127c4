"""How a market begins: its definition, and the first state of every pool."""
