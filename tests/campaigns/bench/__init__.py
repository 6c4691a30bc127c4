"""The benchmark: what a stack of its own does on this machine, beside what the machine itself can do."""
