"""The style guide as a test: sizes, docstrings, clocks, nothing from outside the checkout. Numbers only go down."""

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.packages import PRODUCT
from tests.stack import REPOSITORY

PACKAGES: Final = (*PRODUCT, "tradewind_client", "tradewind_cli", "deploy")
FILE_LINES_MAX: Final = 400
PACKAGE_MODULES_MAX: Final = 25
FUNCTION_LINES_MAX: Final = 60
PROSE_COLUMNS_MAX: Final = 120
# Longer ones from before the rule; the number may only shrink.
LONG_FUNCTIONS: Final = {
    ("servicekit/traces/tracing.py", "_open"): 64,
}
# Who may ask the wall clock, and why. What belongs to a trade runs on the market's clock.
WALL_CLOCK: Final = {
    "executor_service/adapters/market_time.py": "the one place where the market's time is read",
    "gateway/access/authenticator.py": "keys expire in real time",
    "gateway/access/rate_limiter.py": "rates count real seconds",
    "gateway/streams/sockets.py": "an older engine's greeting carries the moment it was sent",
    "gateway/telemetry.py": "delays are measured in real time",
}
# Spans take time.time_ns, and nothing else does.
_WALL_CLOCK_CALLS: Final = frozenset({"time.time", "datetime.now", "datetime.utcnow", "date.today"})


# Folders that hold nothing of ours.
MADE: Final = frozenset({".venv", "gen", "build", "node_modules", ".mypy_cache"})


def tracked(ending: str) -> list[Path]:
    """Return the files with an ending: those git knows; in a copy without git, those that are there."""
    command = ["git", "ls-files", "-z", f"*{ending}"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=30)
    if listed.returncode == 0:
        found = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in REPOSITORY.rglob(f"*{ending}") if not MADE & {*path.relative_to(REPOSITORY).parts}]
    return [path for path in found if path.is_file()]


def product_files() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(REPOSITORY).parts[0] in PACKAGES]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def test_no_product_file_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product_files()}
    assert len(lengths) > 300
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_package_has_too_many_modules() -> None:
    modules = Counter(name_of(path.parent) for path in product_files() if path.name != "__init__.py")
    assert {package: count for package, count in modules.items() if count > PACKAGE_MODULES_MAX} == {}


def test_no_function_is_too_long() -> None:
    found = {
        (name_of(path), function.name): (function.end_lineno or 0) - function.lineno + 1
        for path in product_files()
        if "migrations/versions" not in name_of(path)
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
    }
    long = {at: lines for at, lines in found.items() if lines > FUNCTION_LINES_MAX}
    assert {at: lines for at, lines in long.items() if lines > LONG_FUNCTIONS.get(at, 0)} == {}
    assert LONG_FUNCTIONS.keys() <= long.keys(), "a function has become short enough: take it off the list"


def test_every_public_name_has_a_docstring() -> None:
    missing = [
        f"{name_of(path)}: {what}"
        for path in product_files()
        if "migrations/versions" not in name_of(path)
        for what in undocumented(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert missing == []


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Yield what has no docstring: the module, its public functions and classes, and their public methods."""
    if not ast.get_docstring(tree):
        yield "the module"
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name
        methods = functions(ast.Module(node.body, [])) if isinstance(node, ast.ClassDef) else ()
        for method in methods:
            if method in node.body and not method.name.startswith("_") and not ast.get_docstring(method):
                yield f"{node.name}.{method.name}"


def test_the_wall_clock_is_asked_only_where_real_time_is_meant() -> None:
    asking = {
        name_of(path)
        for path in product_files()
        if path.relative_to(REPOSITORY).parts[0] in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in _WALL_CLOCK_CALLS
    }
    assert asking == WALL_CLOCK.keys()


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("x = 1\n", ["the module"]),
        ('"""A module."""\n\ndef f() -> None: ...\n', ["f"]),
        ('"""A module."""\n\nclass C:\n    """A class."""\n\n    def m(self) -> None: ...\n', ["C.m"]),
        ('"""A module."""\n\ndef _f() -> None: ...\n', []),
    ],
)
def test_the_search_for_docstrings_finds_what_lacks_one(code: str, problem: list[str]) -> None:
    assert list(undocumented(ast.parse(code))) == problem


def test_nothing_is_read_from_beside_the_repository() -> None:
    """A path that climbs out of the checkout works on one machine only."""
    assert [name for path in tracked(".py") for name in climbs(path)] == []


def climbs(path: Path) -> Iterator[str]:
    """Yield the places of a file that name a folder above the repository's root."""
    depth = len(path.relative_to(REPOSITORY).parts) - 1
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="parents"), slice=ast.Constant(value=int(steps))):
                if steps > depth:
                    yield f"{name_of(path)}:{node.lineno}: parents[{steps}]"
            case ast.Attribute(value=ast.Name(id="REPOSITORY" | "ROOT"), attr="parent" | "parents"):
                yield f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}"
            case ast.Constant(value=str(text)) if text.startswith("../" * (depth + 1)):
                yield f"{name_of(path)}:{node.lineno}: {text}"


def test_a_path_that_climbs_out_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tests" / "unit" / "test_it.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "from pathlib import Path\n"
        "inside = Path(__file__).parents[2]\n"
        "outside = Path(__file__).parents[3]\n"
        "beside = ROOT.parent\n"
        'relative = "../../../data/file.json"\n'
    )
    monkeypatch.setattr("tests.unit.test_tidy.REPOSITORY", tmp_path)
    assert [place.split(":")[1] for place in climbs(file)] == ["3", "4", "5"]


def test_prose_wraps() -> None:
    pages = [path for path in tracked(".md") if not name_of(path).startswith("tests/")]
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/api.md"} <= {name_of(path) for path in pages}
    assert [f"{name_of(page)}:{line}" for page in pages for line in wide_lines(page.read_text(encoding="utf-8"))] == []


def wide_lines(page: str) -> Iterator[int]:
    """Yield the numbers of prose lines that are too long; tables and code blocks may be wider."""
    fenced = False
    for number, line in enumerate(page.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        code = fenced or line.startswith("    ")
        if len(line) > PROSE_COLUMNS_MAX and not code and not line.startswith("|"):
            yield number


def test_a_line_of_prose_that_is_too_long_is_found() -> None:
    wide = "a " * PROSE_COLUMNS_MAX
    page = f"{wide}\n```\n{wide}\n```\n    {wide}\n| {wide} |\n- {wide}\nshort\n"
    assert list(wide_lines(page)) == [1, 7]
