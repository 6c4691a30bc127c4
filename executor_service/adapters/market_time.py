"""The market's clock in production: real time."""

import asyncio
from datetime import UTC, datetime


class RealTime:
    """Implements Clock."""

    def now(self) -> datetime:
        """Return now, UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime) -> None:
        """Sleep until the moment; not at all when it has passed."""
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds()))
