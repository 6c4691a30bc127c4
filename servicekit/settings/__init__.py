"""What every process is told by its environment: how it is read, checked and refused, for all of them one way."""
