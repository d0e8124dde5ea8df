"""No test vanishes silently: where CI installs a program it has to be there, and absent data is said aloud."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TESTS = """
from pathlib import Path
from tests import needs

@needs.program("no-such-program")
def test_runs_a_program():
    pass

@needs.public(Path("/nowhere/shared/data/mail/raw"))
def test_reads_the_mails():
    pass
"""


@pytest.mark.parametrize(
    ("forbidden", "outcome"), [("", "2 skipped"), ("1", "1 skipped, 1 error")], ids=["anywhere", "in CI"]
)
def test_a_missing_program_fails_where_nothing_may_be_missing(tmp_path: Path, forbidden: str, outcome: str) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p tests.needs -p no:django -p no:cacheprovider\n")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "test_some.py", "-q", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "ANLIEGEN_TEST_FORBID_SKIPS": forbidden},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = ended.stdout.splitlines()
    assert lines[-1].partition(" in ")[0] == outcome, ended.stdout + ended.stderr
    assert "  test_some.py::test_reads_the_mails" in lines
    assert "Not run without it: 1. ANLIEGEN_CORPUS says where it lies, see tools/corpus/data.py." in lines
