"""The packages that services are made of, for tests that read the whole product."""

from typing import Final

PRODUCT: Final = ("gateway", "executor_service", "router_service", "market_service", "pools", "servicekit")
