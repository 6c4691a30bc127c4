"""docs/operations.md names every setting with its default, and .env.example those that a user may want to change."""

import re
from collections.abc import Iterator, Mapping

import pytest
from pydantic_settings import BaseSettings

from deploy.local.settings import REPOSITORY
from executor_service.settings import ExecutorSettings
from gateway.settings import GatewaySettings
from market_service.settings import MarketSettings
from router_service.settings import RouterSettings

SERVICES: tuple[type[BaseSettings], ...] = (ExecutorSettings, GatewaySettings, RouterSettings, MarketSettings)
_NAME = re.compile(r"`([A-Z][A-Z_]+)`")


def section(page: str, heading: str) -> str:
    return (REPOSITORY / "docs" / page).read_text().partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> Iterator[tuple[str, str]]:
    """Yield each name of the tables with its default."""
    for line in text.splitlines():
        if line.startswith("| `"):
            names, defaults = (cell.strip() for cell in line.split("|")[1:3])
            named = _NAME.findall(names)
            each = defaults.split(", ")
            yield from zip(named, each if len(each) == len(named) else [defaults] * len(named), strict=True)


VARIABLES = section("operations.md", "## Variables")
COMMON = dict(rows(VARIABLES.partition("\n### ")[0]))
# It sends readers to the two other pages.
DOCUMENTED: Mapping[str, str] = {
    **dict(rows(section("market.md", "## Settings"))),
    **dict(rows(section("routing.md", "## Settings"))),
    **dict(rows(VARIABLES)),
}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.__module__)
def test_every_setting_is_documented_with_its_default(service: type[BaseSettings]) -> None:
    told = {name.upper(): field.default for name, field in service.model_fields.items()}
    numbers = {name: value for name, value in told.items() if type(value) in {int, float}}

    assert told.keys() - DOCUMENTED.keys() == set()
    assert {name: float(DOCUMENTED[name]) for name in numbers} == numbers


def test_the_example_lists_what_the_first_table_names() -> None:
    example = (REPOSITORY / ".env.example").read_text()

    assert COMMON
    assert COMMON.keys() - set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)) == {"TRADEWIND_ENV_FILE"}
