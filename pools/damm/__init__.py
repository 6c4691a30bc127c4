"""Meteora DAMM v2: one range, fees that may change with time and volatility."""
