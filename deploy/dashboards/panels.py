"""Panels, rows and dashboards, and their form as Grafana reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

# Chosen by the viewer, so that a dashboard works with whatever Prometheus a Grafana knows.
_SOURCE: Final = {"type": "prometheus", "uid": "${source}"}
_COLUMNS: Final = 24
_PANEL_HEIGHT: Final = 8
_ROW_HEIGHT: Final = 1


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression, and the legend of its series: a template of labels."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over time. `about` explains the lines and their good values; `unit` is Grafana's name of the unit."""

    title: str
    unit: str
    about: str
    queries: tuple[Query, ...]
    stacked: bool = False

    def as_json(self, number: int, place: dict[str, int]) -> dict[str, Any]:
        """Return the panel as Grafana reads it."""
        return {
            "id": number,
            "type": "timeseries",
            "title": self.title,
            "description": self.about,
            "datasource": _SOURCE,
            "gridPos": place,
            "fieldConfig": {"defaults": self._field(), "overrides": []},
            "options": {
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                "tooltip": {"mode": "multi", "sort": "desc"},
            },
            "targets": [
                {
                    "refId": chr(ord("A") + index),
                    "datasource": _SOURCE,
                    "expr": query.expr,
                    "legendFormat": query.legend,
                }
                for index, query in enumerate(self.queries)
            ],
        }

    def _field(self) -> dict[str, Any]:
        filled = (
            {"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 30} if self.stacked else {"fillOpacity": 5}
        )
        return {"unit": self.unit, "custom": {"drawStyle": "line", "lineWidth": 1, "showPoints": "never", **filled}}


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side under a title."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Rows under each other. `uid` is in its address and never changes."""

    uid: str
    title: str
    about: str
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the dashboard as Grafana reads it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.about,
            "tags": ["tradewind"],
            "schemaVersion": 41,
            "editable": False,
            "graphTooltip": 1,
            "refresh": "10s",
            "time": {"from": "now-30m", "to": "now"},
            "timezone": "utc",
            "templating": {
                "list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
            },
            "panels": list(_laid_out(self.rows)),
        }

    def queries(self) -> Iterator[Query]:
        """Yield every query."""
        for row in self.rows:
            for panel in row.panels:
                yield from panel.queries


def _laid_out(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    number, top = 1, 0
    for row in rows:
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": top, "w": _COLUMNS, "h": _ROW_HEIGHT},
        }
        top += _ROW_HEIGHT
        width = _COLUMNS // len(row.panels)
        for column, panel in enumerate(row.panels):
            number += 1
            yield panel.as_json(number, {"x": column * width, "y": top, "w": width, "h": _PANEL_HEIGHT})
        number += 1
        top += _PANEL_HEIGHT
