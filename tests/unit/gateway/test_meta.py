"""A table of another service: asked for once in a while, and not by everyone while the service is away."""

from types import SimpleNamespace
from typing import Any

import pytest

from gateway.documents import meta
from gateway.documents.meta import KEPT_SECONDS, RETRY_SECONDS, _Kept
from servicekit.errors import Unavailable


class Service:
    """Answers with how often it was asked, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.asked = 0
        self.is_away = False

    async def table(self) -> dict[str, Any]:
        self.asked += 1
        if self.is_away:
            # An answer that never comes takes its time.
            self.now += 5.0
            raise Unavailable
        return {"asked": self.asked}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service()
    monkeypatch.setattr(meta, "time", SimpleNamespace(monotonic=lambda: service.now))
    return service


async def test_a_table_is_kept(service: Service) -> None:
    kept = _Kept(service.table, dict)
    assert [await kept.current() for _ in range(3)] == [{"asked": 1}] * 3
    service.now += KEPT_SECONDS
    assert await kept.current() == {"asked": 2}


async def test_a_service_that_is_away_is_asked_once_in_a_while(service: Service) -> None:
    kept = _Kept(service.table, dict)
    await kept.current()
    service.now += KEPT_SECONDS
    service.is_away = True
    assert [await kept.current() for _ in range(5)] == [{"asked": 1}] * 5
    assert service.asked == 2

    service.now += RETRY_SECONDS
    assert await kept.current() == {"asked": 1}
    assert service.asked == 3
    service.is_away = False
    service.now += RETRY_SECONDS
    assert await kept.current() == {"asked": 4}


async def test_a_table_that_was_never_had_is_asked_for_each_time(service: Service) -> None:
    kept = _Kept(service.table, dict)
    service.is_away = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            await kept.current()
    service.is_away = False
    assert await kept.current() == {"asked": 3}
