"""How a process stands, as `tradewind.status.v1.StatusService` tells it."""
