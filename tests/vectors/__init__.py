"""Swaps that the vendors' own code, or the program itself, has answered: `data/*.json`, and the replay against ours.

`python -m tests.vectors [FILE...]` replays files; without a file all of `data`.
"""

from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data"
