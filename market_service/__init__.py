"""The market: a simulated Solana with slots, outside flow, swaps, faults and a ledger of its own."""
