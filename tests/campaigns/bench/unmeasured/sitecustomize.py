"""Run by Python at the start of every process that finds this folder first: nothing is counted or timed there.

The engine has no switch that turns its metrics off. The benchmark needs one, to show what they cost.
"""

from typing import Any

from prometheus_client import Counter, Gauge, Histogram


def _nothing(*_: Any, **__: Any) -> None:
    pass


def _itself(metric: Any, *_: Any, **__: Any) -> Any:
    return metric


_INSTEAD = {"labels": _itself, "inc": _nothing, "dec": _nothing, "set": _nothing, "observe": _nothing}
for kind in (Counter, Gauge, Histogram):
    for name, instead in {**_INSTEAD, "set_function": _nothing}.items():
        setattr(kind, name, instead)
