"""The status of a process, as `tradewind.status.v1.StatusService` reports it."""
