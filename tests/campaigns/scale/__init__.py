"""Several of every process on one database: the topology, the campaign on it, and the calculation of larger ones."""
