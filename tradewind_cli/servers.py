"""Where the gateway is: the one place that every command asks."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

DEFAULT_URL: Final = "http://127.0.0.1:3000"
URL_VARIABLE: Final = "TRADEWIND_URL"


@dataclass(frozen=True, slots=True)
class Server:
    """An address, what named it, and the places that were looked at before and named none."""

    url: str
    named_by: str
    without: tuple[str, ...] = ()

    def looked_at(self) -> str:
        """Return how the address came about, for an error."""
        before = f", because none is named by {', '.join(self.without)}" if self.without else ""
        return f"The address {self.url} is from {self.named_by}{before}."


def find_server(option: str | None) -> Server:
    """Return the gateway's address: from --url, TRADEWIND_URL, a stack's data folder, PORT, or the default.

    A variable counts as `make run` counts it: from the environment, else from the `.env` file; empty is not given.
    """
    without: list[str] = []
    told = _told()
    for named_by, url in (
        ("--url", option),
        (URL_VARIABLE, told.get(URL_VARIABLE)),
        *_of_a_stack(told),
    ):
        if url:
            return Server(url, named_by, tuple(without))
        without.append(named_by)
    return Server(DEFAULT_URL, "the default", tuple(without))


def _told() -> dict[str, str]:
    """Return the environment with the `.env` file beneath it."""
    path = Path(os.environ.get("TRADEWIND_ENV_FILE") or ".env").expanduser()
    try:
        beneath = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeError):
        beneath = {}
    return {name: value for name, value in {**beneath, **os.environ}.items() if value}


def _of_a_stack(told: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    """Return what PORT says, and what the stack on the data folder wrote. A folder that was named goes first."""
    folder = Path(told.get("TRADEWIND_DATA_DIR") or ".tradewind").expanduser() / "env"
    port = told.get("PORT")
    by_port = ("PORT", f"http://127.0.0.1:{port}" if port and port.isascii() and port.isdigit() else None)
    by_folder = (str(folder), _written(folder))
    return (by_folder, by_port) if told.get("TRADEWIND_DATA_DIR") else (by_port, by_folder)


def _written(file: Path) -> str | None:
    try:
        return dotenv_values(file, interpolate=False).get("GATEWAY_URL") if file.is_file() else None
    except (OSError, UnicodeError):
        return None
