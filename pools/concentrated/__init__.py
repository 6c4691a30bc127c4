"""Raydium CLMM: liquidity between ticks."""
