"""All processes of a stack: started together, stopped in order, none left behind."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from deploy.local.folder import DataFolder
from deploy.local.process import ProcessSpec
from deploy.local.supervised import Report, SupervisedProcess

READY_WITHIN_S: Final = 90.0


class Supervisor:
    """Keeps processes alive until `stop`."""

    def __init__(self, folder: DataFolder, report: Report) -> None:
        self._folder = folder
        self._report = report
        self._processes: list[SupervisedProcess] = []

    async def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Start the processes together and return when each is ready. Raises Refusal when one does not come up."""
        started = [SupervisedProcess(spec, self._folder, self._report) for spec in specs]
        self._processes += started
        for process in started:
            process.start()
        all_ready = asyncio.gather(*(process.ready(READY_WITHIN_S) for process in started))
        ends: list[asyncio.Future[Any]] = [all_ready, *(process.hopeless for process in started)]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            all_ready.cancel()
            await asyncio.gather(all_ready, return_exceptions=True)
        for result in done:
            await result
        for process in started:
            process.accept()

    async def stop(self) -> None:
        """Stop everything, a rank at a time from the highest; each process has its own bounded grace."""

        def rank(process: SupervisedProcess) -> int:
            return -process.spec.stop_rank

        for _, members in groupby(sorted(self._processes, key=rank), key=rank):
            await asyncio.gather(*(process.stop() for process in members))
        self._processes.clear()

    def kill(self) -> None:
        """End everything now; a `stop` under way then finds nothing left to wait for."""
        for process in self._processes:
            process.kill()
