"""The simulated cluster: slots, swaps in flight, what they do to pools and wallets, scripted faults."""
