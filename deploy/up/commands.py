"""Running other programs, each with a time limit."""

import subprocess
from collections.abc import Mapping, Sequence

from deploy.up.refusal import Refusal


def run(command: Sequence[str], *, within_s: float, env: Mapping[str, str] | None = None) -> None:
    """Run a program that talks to the terminal itself. Raises Refusal when it fails or takes too long."""
    try:
        code = subprocess.run(command, check=False, timeout=within_s, env=env).returncode  # noqa: S603 - arguments of ours, no shell
    except subprocess.TimeoutExpired:
        raise Refusal(f"`{_short(command)}` takes longer than {within_s:.0f} s") from None
    if code != 0:
        raise Refusal(f"`{_short(command)}` ended with exit code {code}")


def answer(command: Sequence[str], *, within_s: float = 30.0, stdin: str | None = None) -> str:
    """Return what a program writes on standard output. Raises Refusal with its last words when it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - arguments of ours, no shell
            command, check=False, capture_output=True, text=True, timeout=within_s, input=stdin
        )
    except subprocess.TimeoutExpired:
        raise Refusal(f"`{_short(command)}` takes longer than {within_s:.0f} s") from None
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise Refusal(f"`{_short(command)}` failed: {words}")
    return done.stdout


def exit_code(command: Sequence[str], *, within_s: float = 30.0) -> int:
    """Return a program's exit code, its output unseen; -1 when it takes too long."""
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=within_s).returncode  # noqa: S603 - arguments of ours, no shell
    except subprocess.TimeoutExpired:
        return -1


def say(line: str) -> None:
    """Print a line for the user."""
    print(line, flush=True)  # noqa: T201 - the command's answer


def _short(command: Sequence[str]) -> str:
    words = " ".join(command)
    return words if len(words) <= 120 else f"{words[:117]}..."
