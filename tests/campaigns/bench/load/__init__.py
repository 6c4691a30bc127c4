"""The load generator, a process of its own: raw asyncio protocols, to take little of the machine it measures."""
