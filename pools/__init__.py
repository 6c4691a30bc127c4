"""The five programs' swap math in integers, equal to the unit. Pure: no I/O, no clock, nothing else of ours."""
