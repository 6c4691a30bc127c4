"""Schema history of the order tables. `upgrade` brings a database to the newest version."""
