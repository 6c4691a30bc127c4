"""Where the wheels keep the servers' programs, found without importing the wheels."""

import os
from importlib.util import find_spec
from pathlib import Path

from deploy.local.refusal import Refusal


def wheel_program(package: str, *parts: str, instead: str) -> Path:
    """Return a program inside an installed package; `*` is a folder that each platform's wheel names after itself.

    Raises Refusal, naming the variable to set `instead`, when it is not there.
    """
    spec = find_spec(package)
    roots = list(spec.submodule_search_locations or []) if spec else []
    for root in roots:
        for program in Path(root).glob("/".join(parts)):
            if os.access(program, os.X_OK):
                return program
    raise Refusal(f"{parts[-1]} of the wheel {package} is missing: run `make setup`, or set {instead}")
