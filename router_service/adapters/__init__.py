"""The router's view of the outside: the market's feed of pools."""
