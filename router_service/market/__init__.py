"""The simulated Solana, a house of its own: slots, outside flow, swaps, faults and the ledger."""
