"""The rest of the world: reference prices, seeded chance, and the flow that moves the pools."""
