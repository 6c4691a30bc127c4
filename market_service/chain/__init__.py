"""The simulated cluster: slots, swaps in flight, their execution on pools and wallets, scripted faults."""
