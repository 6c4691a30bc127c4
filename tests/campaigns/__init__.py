"""Programs that drive whole stacks: benchmark, chaos, rude clients, simulation, several of each process."""
