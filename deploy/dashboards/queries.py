"""Functions for the usual forms of queries."""

from deploy.dashboards.panels import Query

# Grafana replaces this by a window that fits the resolution and is never shorter than four scrapes.
WINDOW = "$__rate_interval"


def rate(metric: str, by: str, *, where: str = "", legend: str = "") -> Query:
    """Return a counter's growth a second, summed over processes, for each value of a label."""
    return Query(f"sum by ({by}) (rate({metric}{_matching(where)}[{WINDOW}]))", legend or f"{{{{{by}}}}}")


def total_rate(metric: str, legend: str, *, where: str = "") -> Query:
    """Return a counter's growth a second, summed over everything."""
    return Query(f"sum(rate({metric}{_matching(where)}[{WINDOW}]))", legend)


def quantile(share: float, histogram: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    """Return the value that a share of observations stays below, for each value of a label."""
    labels = f"le, {by}" if by else "le"
    name = legend or f"p{share * 100:g}" + (f" {{{{{by}}}}}" if by else "")
    inner = f"sum by ({labels}) (rate({histogram}_bucket{_matching(where)}[{WINDOW}]))"
    return Query(f"histogram_quantile({share:g}, {inner})", name)


def mean(histogram: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    """Return the mean of observations, for each value of a label."""
    over = f"sum by ({by})" if by else "sum"
    grown = [f"{over} (rate({histogram}_{part}{_matching(where)}[{WINDOW}]))" for part in ("sum", "count")]
    return Query(" / ".join(grown), legend or (f"{{{{{by}}}}}" if by else "mean"))


def _matching(where: str) -> str:
    return f"{{{where}}}" if where else ""
