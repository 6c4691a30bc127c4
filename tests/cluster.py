"""A database cluster to copy. Making and migrating one is the greater part of a stack's first start."""

import asyncio
import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.migrations import migrate_embedded
from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.servers.server import running


def seed(data_dir: Path) -> None:
    """Give a stack's new data folder a cluster, as its first start would make it."""
    data_dir.mkdir(parents=True)
    # Not shutil.copytree: the cluster may belong to another user, and has to go on doing so.
    subprocess.run(["cp", "-a", str(_migrated_cluster()), str(data_dir / "postgres")], check=True)


@functools.cache
def _migrated_cluster() -> Path:
    """Make one for this process, the first time that somebody asks; it is deleted in the end."""
    folder = Path(tempfile.mkdtemp(prefix="tradewind-cluster-"))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder)
    server = EmbeddedPostgres(folder / "postgres")
    with running(server, log=folder / "postgres.log"), ThreadPoolExecutor(1) as thread:
        # In a thread: tests that ask may be on an event loop.
        thread.submit(asyncio.run, migrate_embedded(server, {**os.environ, "DATABASE_URL": server.url})).result()
    return folder / "postgres"
