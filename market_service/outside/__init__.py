"""The outside: reference prices, seeded random numbers, and the trades of others that move the pools."""
