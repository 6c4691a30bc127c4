"""The command in terminals and pipes of every kind: ids whole, documents as they came, and the right exit code."""

import fcntl
import os
import pty
import shlex
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from tests.stack import REPOSITORY
from tradewind_client import __version__

ORDER_ID: Final = "01a22193-d6a4-7406-b397-61bd77df8b80"
# Two digits more than a float holds, a fraction that ends in 0, and a member that the client does not know.
FAILED: Final = (
    f'{{"orderId":"{ORDER_ID}","status":"failed","version":16,"new":[1.10],"tokenIn":"SOL","tokenOut":"USDC",'
    '"amountIn":12345678901.123456789,"amountInBaseUnits":"12345678901123456789","slippageBps":50,'
    '"quotedAmountOut":150.970425,"quotedAmountOutBaseUnits":"150970425","failureReason":"swap_failed","attempts":3,'
    '"createdAt":"2026-01-31T12:00:00.120Z","updatedAt":"2026-01-31T12:00:01.000Z"}'
)
FULL: Final = "error: standard output cannot be written: No space left on device\n"
COLUMNS: Final = ("order", "created", "status", "sold", "bought", "tries", "why")
REFUSED: Final = b'{"type":"about:blank","status":401,"code":"unauthenticated","title":"No key","detail":"Send a key."}'


# A request for a slow answer has come.
ASKED: Final = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """Answers with one order, slowly where the path says so; wants the key `good` where the path starts with it."""

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            ASKED.set()
            time.sleep(5)
        guarded = self.path.startswith("/guarded") and self.headers["authorization"] != "Bearer good"
        body = REFUSED if guarded else f'{{"orders":[{",".join([FAILED] * 400)}],"nextPageToken":null}}'.encode()
        self.send_response(401 if guarded else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def surroundings(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRADEWIND", "PORT", "COLUMNS"))}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "TRADEWIND_DATA_DIR": "/nonexistent", **more}


def command(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tradewind_cli", *words],
        env=surroundings(**options.pop("env", {})),
        cwd=options.pop("cwd", "/"),
        capture_output="stdout" not in options,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


def shell(line: str, url: str) -> subprocess.CompletedProcess[str]:
    tradewind = f"{shlex.quote(sys.executable)} -m tradewind_cli --url {url}"
    return subprocess.run(
        ["bash", "-c", line.replace("tradewind", tradewind)],
        env=surroundings(),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def on_a_terminal(columns: int, *words: str) -> str:
    """Return what a terminal of that width shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind_cli", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=surroundings(NO_COLOR="1", TERM="dumb"),
        cwd="/",
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            some = os.read(ours, 4096)
        except OSError:  # the terminal's end, as Linux says it
            break
        if not some:
            break
        shown += some
    os.close(ours)
    assert process.wait(20) == 0
    return shown.decode()


@pytest.mark.parametrize(
    ("columns", "shown"), [(40, COLUMNS[:1]), (80, ("order", "status", "bought")), (120, COLUMNS), (200, COLUMNS)]
)
def test_columns_are_left_out_and_ids_stay_whole(url: str, columns: int, shown: tuple[str, ...]) -> None:
    head, row, *rest = on_a_terminal(columns, "orders", "--limit", "1", "--url", url).splitlines()
    assert tuple(head.split()) == shown
    assert ORDER_ID in row
    assert max(len(head), len(row)) <= columns
    missing = [name for name in COLUMNS if name not in shown]
    left_out = ", ".join(missing)
    assert rest == ([f"not shown: {left_out} (--wide, --json)"] if missing else [])
    wide = on_a_terminal(columns, "orders", "--limit", "1", "--wide", "--url", url)
    assert "not shown" not in wide
    assert "swap_failed" in wide


def test_a_pipe_gets_every_column_and_a_failed_order_bought_nothing(url: str) -> None:
    head, row = command("orders", "--limit", "1", "--url", url).stdout.splitlines()
    assert tuple(head.split()) == COLUMNS
    assert ("150.97" in row, "swap_failed" in row) == (False, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "--url", "{}", "orders", "--limit", "1"),
        ("orders", "--limit", "1", "--json", "--url", "{}"),
        ("--url", "http://127.0.0.1:9", "orders", "--limit", "1", "--json", "--url", "{}"),
    ],
)
def test_json_is_the_document_of_the_api(url: str, words: tuple[str, ...]) -> None:
    done = command(*(word.format(url) for word in words), env={"PYTHONIOENCODING": "ascii"})
    assert (done.stdout, done.stderr) == (f"{FAILED}\n", "")


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_key_is_taken_on_both_sides_and_never_said(url: str, place: str) -> None:
    key = ("--key", "good")
    words = (*key, "orders", "--json") if place == "before" else ("orders", "--json", *key)
    assert command(*words, env={"TRADEWIND_URL": f"{url}/guarded"}).returncode == 0
    wrong = command("orders", env={"TRADEWIND_URL": f"{url}/guarded", "TRADEWIND_API_KEY": "tw_secret"})
    assert (wrong.returncode, "TRADEWIND_API_KEY or --key is not valid" in wrong.stderr) == (1, True)
    assert "tw_secret" not in wrong.stderr


def test_a_401_names_the_variable_and_how_to_make_a_key(url: str) -> None:
    refused = command("orders", "--url", f"{url}/guarded")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "TRADEWIND_API_KEY is not set: `export TRADEWIND_API_KEY=$(make -s key ACCOUNT=me SCOPES=trade)`" in (
        refused.stderr
    )
    assert command("--json", "orders", "--url", f"{url}/guarded").stderr.encode() == REFUSED + b"\n"


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("tradewind orders --limit 400 | head -1 >/dev/null; exit ${PIPESTATUS[0]}", 141, ""),
        ("tradewind orders --limit 400 --json | head -1 >/dev/null; exit ${PIPESTATUS[0]}", 141, ""),
        ("tradewind --help | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("tradewind orders >/dev/full", 6, FULL),
        (
            "tradewind orders --json >/dev/full",
            6,
            "error: standard output cannot be written: No space left on device\n",
        ),
        ("tradewind --version >/dev/full", 6, FULL),
        ("tradewind orders >/dev/full 2>/dev/full", 6, ""),
        ("tradewind orders >&- ", 0, ""),
        ("tradewind orders >/dev/null <&-", 0, ""),
        ("tradewind orders --url http://127.0.0.1:9 2>&-", 3, ""),
        ("tradewind orders --url http://127.0.0.1:9 2>/dev/full", 3, ""),
        ("tradewind orders <&- >&- 2>&-", 0, ""),
        ("tradewind nonsense 2>&-", 2, ""),
    ],
)
def test_an_output_that_breaks_ends_the_command_quietly(url: str, line: str, code: int, error: str) -> None:
    done = shell(line, url)
    assert (done.returncode, done.stderr) == (code, error)


@pytest.mark.parametrize(
    ("number", "code", "interrupts"),
    [
        (signal.SIGINT, 130, signal.SIG_DFL),
        (signal.SIGTERM, 143, signal.SIG_DFL),
        # As in the background of a script.
        (signal.SIGTERM, 143, signal.SIG_IGN),
    ],
)
def test_a_signal_ends_the_command_quietly(
    url: str, number: signal.Signals, code: int, interrupts: signal.Handlers
) -> None:
    ASKED.clear()
    process = subprocess.Popen(
        [sys.executable, "-m", "tradewind_cli", "orders", "--url", f"{url}/slow"],
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, interrupts),  # noqa: PLW1509 - it only calls the system
    )
    assert ASKED.wait(20)
    process.send_signal(number)
    assert (process.communicate(timeout=20), process.returncode) == ((b"", b""), code)


def test_the_server_is_found_and_what_was_looked_at_is_said(url: str, tmp_path: Path) -> None:
    port = url.rsplit(":", 1)[1]
    assert command("orders", env={"PORT": port}).returncode == 0
    (tmp_path / ".env").write_text(f"PORT={port}\n")
    assert command("orders", cwd=tmp_path).returncode == 0
    (tmp_path / "env").write_text(f"GATEWAY_URL={url}\n")
    assert command("orders", env={"TRADEWIND_DATA_DIR": str(tmp_path), "PORT": "9"}).returncode == 0
    for words in (("orders",), ("demo",), ("status",)):
        away = command(*words, env={"PORT": "9"})
        assert (away.returncode, away.stderr.count("\n")) == (3, 1)
        assert "from PORT, because none is named by --url, TRADEWIND_URL, /nonexistent/env." in away.stderr


def test_the_version_is_said_once() -> None:
    assert command("--version").stdout == f"tradewind {__version__}\n"
    told = [path for path in REPOSITORY.glob("*/**/pyproject.toml") if ".venv" not in path.parts]
    assert all('\nversion = "' not in path.read_text() for path in (*told, REPOSITORY / "pyproject.toml"))


def test_an_encoding_without_arrows_is_no_error(url: str) -> None:
    code = "from tradewind_cli.streams import guard_streams; guard_streams(); print('a → b…')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=surroundings(PYTHONIOENCODING="ascii"),
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert done.stdout == b"a -> b...\n"
