"""The real stack, real processes, seeded faults, clients that never give up, and a checker that believes nobody."""
