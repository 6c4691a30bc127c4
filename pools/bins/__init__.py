"""Meteora DLMM: liquidity in bins of one price each, with resting limit orders."""
