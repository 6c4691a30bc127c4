"""The market and the wallet over HTTP: tokens, pools, prices, balances, the account's limits."""
