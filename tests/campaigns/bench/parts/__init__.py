"""The parts of the benchmark, one question a file."""
