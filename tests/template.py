"""A database with all its tables, made once and copied for each process of the tests and each instance that they start.

Migrating takes twelve seconds of a processor, copying a fraction of one. Tests of migrating itself begin from nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from anliegen.ground import postgres
from anliegen.ground.postgres import locks, programs
from anliegen.ground.postgres.layout import DATABASE, Layout

REPOSITORY = Path(__file__).resolve().parents[1]
KEPT = REPOSITORY / ".pytest_cache" / "anliegen"
FOR_TESTS = "for_tests"
PATIENCE = 300.0  # whoever is first makes it, the others wait
# As every command of ours begins.
MIGRATING = "from anliegen.config.cli.program import instance\nwith instance(): pass"


def migrated(data: Path) -> Path:
    """Give this data directory, which has no database yet, one with all tables and nobody in it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with locks.alone(KEPT / "lock", patience=PATIENCE):
        template = KEPT / _name()
        if not template.exists():
            _make(template)
        cluster = Layout.under(data).cluster
        cluster.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(template, cluster)
    return data


def _name() -> str:
    """Of all that may have a say in what is in the tables."""
    said = hashlib.sha256(f"{programs.MAJOR}".encode())
    code = sorted((REPOSITORY / "anliegen").rglob("*.py"))
    for file in (REPOSITORY / "requirements" / "core.txt", Path(__file__), *code):
        said.update(str(file.relative_to(REPOSITORY)).encode() + file.read_bytes())
    return said.hexdigest()[:20]


def _make(template: Path) -> None:
    for outdated in template.parent.glob("[0-9a-f]*"):
        shutil.rmtree(outdated)
    data = Path(tempfile.mkdtemp(prefix="anliegen-template-"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE_"))}
    ours = {"ANLIEGEN_DATA": str(data), "PYTHONPATH": str(REPOSITORY)}
    try:
        with postgres.acquire(data) as server:
            subprocess.run([sys.executable, "-c", MIGRATING], env=clean | ours, check=True)
            _copy_for_tests(server.url)
        unfinished = template.with_name(f"{template.name}.unfinished")
        shutil.copytree(Layout.under(data).cluster, unfinished)
        unfinished.rename(template)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _copy_for_tests(url: str) -> None:
    """The same without readers: a test enrols those that it wants."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(f"CREATE DATABASE {FOR_TESTS} TEMPLATE {DATABASE}")
    with psycopg.connect(url, dbname=FOR_TESTS, autocommit=True) as database:
        database.execute("DELETE FROM journal_cursor")
