"""``asyncgrade init``: writes the files that a platform needs, from the templates in this folder.

Nothing is overwritten except an autograder for Gradescope, which is replaced.  Only the files that grading needs are
copied from a grader: its solution, alternatives and mistakes stay with the teacher.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import zipfile
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PYTHON = "3.13"
"""The version of Python for Gradescope and GitLab; GitHub and Classroom 50 choose theirs."""
_SCRIPTS = ("setup.sh", "run_autograder")
_KEPT = {"solution.py", "solution", "mistakes", "alternatives", "__pycache__"}
_SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?([=<>!~]=?=?[A-Za-z0-9.*+!,=<>~-]+)?")
_ACTION = re.compile(r"[\w.-]+/[\w./-]+@[\w./-]+")


def init_classroom50(folder: Path, grader: Path) -> list[Path]:
    """Write the bundle of one exercise's assignment, and its entry for ``assignments.json``.

    The name of an assignment has no ``_``.  UsageError if a name or a folder is wrong.
    """
    name = grader.resolve().name.lower().replace("_", "-")
    if not _SHORT_NAME.fullmatch(name):
        msg = f"{grader}: Classroom 50 knows no assignment {name!r}: 2 to 39 small letters, digits and hyphens"
        raise UsageError(msg)
    title = grader.resolve().name.replace("_", " ").capitalize()
    entry = {"slug": name, "name": title, "mode": "individual", "autograder": "default"}
    bundle = folder / name
    return _write(
        {bundle / "autograder.py": _template("classroom50/autograder.py.template").encode()}
        | {bundle / "assignment.json": (json.dumps(entry, indent=2) + "\n").encode()}
        | {bundle / "graders" / path: data for path, data in _grader(grader).items()}
    )


def init_github(folder: Path, action: str, exercise: str) -> list[Path]:
    """Write the workflows for students' repositories and the teacher's; UsageError if an argument is wrong."""
    if not _ACTION.fullmatch(action):
        msg = f"--action {action}: name a repository with this package, and a tag or commit: OWNER/REPOSITORY@v1.2.3"
        raise UsageError(msg)
    if exercise and not exercise.isidentifier():
        msg = f"--exercise {exercise}: give the name of an exercise, as in concurrent_sleeps"
        raise UsageError(msg)
    places = {
        "self-check.yml": folder / "student" / ".github" / "workflows" / "asyncgrade.yml",
        "grade-class.yml": folder / "teacher" / ".github" / "workflows" / "grade-class.yml",
    }
    given = {"ACTION": action, "EXERCISE": exercise}
    return _write({place: _template(f"github/{name}", **given).encode() for name, place in places.items()})


def init_gitlab(folder: Path) -> list[Path]:
    """Write the pipeline of GitLab CI for a repository with ``graders/``."""
    return _write({folder / ".gitlab-ci.yml": _template("gitlab/gitlab-ci.yml", PYTHON=PYTHON).encode()})


def init_gradescope(folder: Path, graders: Iterable[Path], packages: Iterable[str] = ()) -> list[Path]:
    """Write an autograder for exercises, and its archive to upload; UsageError if an argument is wrong.

    `packages` are installed as well.  An existing autograder is replaced.
    """
    for package in packages:
        if not _REQUIREMENT.fullmatch(package):
            msg = f"--package {package}: give the name of a package, as in numpy or numpy==2.3"
            raise UsageError(msg)
    also = "".join(f' "{package}"' for package in packages)
    content = {name: _template(f"gradescope/{name}", PYTHON=PYTHON, ALSO=also).encode() for name in _SCRIPTS}
    for grader in graders:
        content |= {f"graders/{path}": data for path, data in _grader(grader).items()}
    first = folder / _SCRIPTS[0]
    is_ours = first.is_file() and _first_lines(first.read_bytes()) == _first_lines(content[_SCRIPTS[0]])
    if is_ours and (folder / "graders").is_dir():
        shutil.rmtree(folder / "graders")
    archive = {folder / "autograder.zip": _zip(content)}
    written = _write({folder / name: data for name, data in content.items()} | archive, replace=is_ours)
    for name in _SCRIPTS:
        (folder / name).chmod(0o755)
    return written


def _first_lines(script: bytes) -> list[bytes]:
    """Return the lines that tell whose script it is."""
    return script.splitlines()[:2]


def _grader(grader: Path) -> dict[str, bytes]:
    """Return the files that grading needs, by their paths in ``graders``; UsageError if the folder is no grader."""
    if not any(grader.glob("test_*.py")):
        msg = f"{grader}: there is no test_*.py in it: name the folder of a grader, as in graders/concurrent_sleeps"
        raise UsageError(msg)
    slug = grader.resolve().name
    paths = [path for path in sorted(grader.rglob("*")) if path.is_file()]
    relative = {path.relative_to(grader): path for path in paths}
    return {
        f"{slug}/{name.as_posix()}": path.read_bytes() for name, path in relative.items() if not _KEPT & {*name.parts}
    }


def _template(name: str, **given: str) -> str:
    text = files(__package__).joinpath("templates", *name.split("/")).read_text(encoding="utf-8")
    for key, value in {"VERSION": version("pytest-asyncgrade"), **given}.items():
        text = text.replace(f"@{key}@", value)
    return text


def _zip(content: dict[str, bytes]) -> bytes:
    """Return an archive whose scripts are executable."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in content.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.external_attr = (stat.S_IFREG | (0o755 if name in _SCRIPTS else 0o644)) << 16
            file.writestr(info, data, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _write(content: dict[Path, bytes], *, replace: bool = False) -> list[Path]:
    """Write files and return them; without `replace` none of them may exist."""
    for path in content:
        if not replace and (path.exists() or path.is_symlink()):
            msg = f"there is {path} already: choose another folder, or remove it"
            raise UsageError(msg)
    for path, data in content.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return list(content)
