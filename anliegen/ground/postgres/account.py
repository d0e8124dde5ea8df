"""Who runs the embedded server: we ourselves, or, when we are root, somebody who is not."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anliegen.ground.postgres import programs
from anliegen.ground.postgres.errors import WrongAccount
from anliegen.ground.postgres.layout import Layout

PREFERRED = ("anliegen", "postgres", "nobody")

# Nothing of the caller's environment reaches the server: PGPORT or PGOPTIONS of the operator's shell would change it.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """`uid` and `gid` own the files; None means that no change of user is needed.

    `through` stands in front of each command: root may see directories that the other user may not enter, and lends
    exactly that right (reading and entering, not writing) where it is needed.
    """

    uid: int | None = None
    gid: int | None = None
    through: tuple[str, ...] = ()

    def popen(self, command: list[str | Path], **options: Any) -> subprocess.Popen[bytes]:
        if self.uid is not None and not self.through:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen([*self.through, *command], env=ENVIRONMENT, **options)

    def run(self, command: list[str | Path], *, cwd: Path, given: bytes | None = None) -> tuple[int, str]:
        """Run to the end; the exit code and all output. Stopped with us when we are interrupted."""
        source = subprocess.PIPE if given is not None else subprocess.DEVNULL
        process = self.popen(command, cwd=cwd, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            output, _ = process.communicate(given)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process.returncode, output.decode(errors="replace")

    def own(self, path: Path) -> None:
        """Make one file or directory the account's. Links are not followed."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_all(self, path: Path) -> None:
        """The same for a directory and everything below it."""
        for each in (path, *path.rglob("*")):
            self.own(each)


def check_owner(layout: Layout) -> None:
    """Raises WrongAccount when the directory is neither ours nor are we root."""
    owner, we = layout.root.stat().st_uid, os.geteuid()
    if we not in {0, owner}:
        raise WrongAccount(
            f"{layout.root} belongs to {_name(owner)}, and this is {_name(we)}. Run Anliegen as {_name(owner)}, "
            f"or hand the directory over: chown -R {_name(we)} {layout.root}"
        )


def account_for(layout: Layout) -> Account:
    """The account that the server of this data directory runs under.

    Raises WrongAccount when root cannot hand over to anybody.
    """
    if os.geteuid() != 0:
        return Account()
    owner = _owner(layout)
    chosen = _chosen(owner)
    plain = Account(uid=chosen.pw_uid, gid=chosen.pw_gid)
    if _can_work(plain, layout):
        return plain
    lent = Account(uid=chosen.pw_uid, gid=chosen.pw_gid, through=_lending(chosen))
    if lent.through and _can_work(lent, layout):
        return lent
    raise WrongAccount(
        f"PostgreSQL refuses to run as root, and {chosen.pw_name} may not enter {layout.root} or may not run the "
        f"programs in {programs.directory()}. Run Anliegen as an ordinary user, or keep program and data where others "
        f"may enter (ANLIEGEN_DATA=/var/lib/anliegen, and chmod -R go+rX for the program)."
    )


def _owner(layout: Layout) -> int | None:
    """Who made the cluster; None when there is none yet."""
    try:
        return layout.cluster.stat().st_uid
    except FileNotFoundError:
        return None


def _chosen(owner: int | None) -> pwd.struct_passwd:
    """The owner of an existing cluster stays; else the first of our names that this machine knows."""
    if owner:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            return pwd.struct_passwd((str(owner), "x", owner, owner, "", "/", ""))
    for name in PREFERRED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise WrongAccount("PostgreSQL refuses to run as root. Make a user for it: useradd --system anliegen")


def _lending(to: pwd.struct_passwd) -> tuple[str, ...]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    right = "+dac_read_search"
    # Without the securebit access(2), by which initdb looks for its programs, leaves the lent right out of account.
    return (setpriv, "--securebits=+no_setuid_fixup", f"--reuid={to.pw_uid}", f"--regid={to.pw_gid}",
            "--clear-groups", f"--inh-caps={right}", f"--ambient-caps={right}", "--")  # fmt: skip


def _can_work(account: Account, layout: Layout) -> bool:
    """Tried rather than computed from mode bits, so that access lists and mount options count too."""
    attempt: list[str | Path] = ["/bin/sh", "-c", 'cd "$1" && cd "$2" && exec "$3" --version', "sh"]
    places = [layout.root, layout.socket_dir.parent, programs.program("postgres")]
    code, _ = account.run([*attempt, *places], cwd=Path("/"))
    return code == 0


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
