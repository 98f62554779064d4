"""Grades the dishonest, broken and honest submissions of a folder, as their users do, and says what is wrong.

``python -m tests.sandbox.hostile_suite [FOLDER] [--rounds N] [--isolation MODE]`` prints the counts.  A folder has
``manifest.json``, which says for each submission what a grader must conclude, ``NAME.py`` and ``NAME.files/``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

import pytest_asyncgrade
from tests.conftest import OUR_PLUGINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
PACKAGES = Path(pytest_asyncgrade.__file__).parents[1]
SUITE = ROOT / "tests" / "hostile"
SLUG = "concurrent_sleeps"
SECRET = "secret-of-the-grader-8f2d"  # noqa: S105  # no secret at all
RUN_SECONDS = 30
"""Limit of a run in real seconds, where the manifest gives none: nobody but those that hang comes near it."""
SECONDS_FOR_ONE = 120
"""How long the grading of one submission may take before it counts as hung, in real seconds."""

ANY = {"", "strong", "partial", "weak"}
NEEDS = {"no files": {"strong", "partial"}, "no signals": {"strong", "partial"}}
"""What an attack is stopped by, where not by every isolation."""


@dataclass
class Findings:
    """What went wrong: names of submissions, by what happened."""

    graded: int = 0
    full_marks_wrongly_given: list[str] = field(default_factory=list)
    honest_not_full: list[str] = field(default_factory=list)
    honest_flagged: list[str] = field(default_factory=list)
    without_its_reason: list[str] = field(default_factory=list)
    grader_killed: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    files_changed_or_forged: list[str] = field(default_factory=list)
    secrets_leaked: list[str] = field(default_factory=list)
    processes_left: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {name: value if isinstance(value, int) else len(value) for name, value in vars(self).items()}

    def wrong(self) -> dict[str, list[str]]:
        return {name: value for name, value in vars(self).items() if isinstance(value, list) and value}


def manifest(suite: Path) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads((suite / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def grade(names: Iterable[str], suite: Path = SUITE, options: Iterable[str] = ()) -> Findings:
    """Grade submissions, one class per limit of a run, and look at everything they should not have touched."""
    findings = Findings()
    wanted = {name: what for name, what in manifest(suite).items() if name in set(names)}
    for seconds in sorted({run_seconds(what) for what in wanted.values()}):
        students = {name: what for name, what in wanted.items() if run_seconds(what) == seconds}
        with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
            _Grading(Path(folder), suite, students, findings).grade([f"--grade-timeout={seconds}", *options])
    return findings


def run_seconds(what: dict[str, Any]) -> int:
    """Return the limit of a run, which is short for those that run into it."""
    return int(what.get("seconds", RUN_SECONDS))


class _Grading:
    def __init__(self, folder: Path, suite: Path, wanted: dict[str, dict[str, Any]], findings: Findings) -> None:
        self.folder = folder
        self.wanted = wanted
        self.findings = findings
        self.marker = f"hostile-{os.urandom(6).hex()}"
        for name in wanted:
            student = folder / "class" / name
            student.mkdir(parents=True)
            if (suite / f"{name}.files").is_dir():
                shutil.copytree(suite / f"{name}.files", student, dirs_exist_ok=True)
            if (suite / f"{name}.py").exists():
                shutil.copyfile(suite / f"{name}.py", student / f"{SLUG}.py")
        shutil.copytree(ROOT / "graders" / SLUG, folder / "graders" / SLUG)
        for file in ("home/canary", "output", "env", "summary", "results.json"):
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text("untouched", encoding="utf-8")

    def grade(self, options: list[str]) -> None:
        findings, before = self.findings, self.state()
        names = ",".join(self.wanted)
        try:
            done = self.run(options)
        except subprocess.TimeoutExpired as late:
            findings.hung.append(f"{names}: {(late.output or b'')[-500:]!r}")
            return
        report = self.folder / "grade.json"
        if done.returncode not in {0, 1} or not report.exists():
            findings.grader_killed.append(f"{names}: {done.returncode} {done.stdout[-500:]} {done.stderr[-500:]}")
            return
        text = report.read_text(encoding="utf-8")
        self.judge({work["student"]: work for work in json.loads(text)["works"]}, done.stdout)
        report.unlink()
        if (changed := self.state()) != before:
            findings.files_changed_or_forged.append(f"{names}: {sorted(set(changed.items()) ^ set(before.items()))}")
        if SECRET in done.stdout + done.stderr + text:
            findings.secrets_leaked.append(names)
        findings.processes_left += [f"{names}: {process}" for process in self.left()]

    def run(self, options: list[str]) -> subprocess.CompletedProcess[str]:
        """Grade, in a session of its own, with secrets and platform files in the environment."""
        files = {"GITHUB_OUTPUT": "output", "GITHUB_ENV": "env", "GITHUB_STEP_SUMMARY": "summary", "HOME": "home"}
        environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_PROCESS")}
        environment |= {key: str(self.folder / file) for key, file in files.items()}
        environment |= {"GITHUB_TOKEN": SECRET, "HOSTILE_MARKER": self.marker, "PYTHONPATH": str(PACKAGES)}
        command = [
            sys.executable, "-m", "pytest", "--grade", f"graders/{SLUG}", "--submissions", "class",
            "--grade-report=json=grade.json", "--grade-reveal", *OUR_PLUGINS, *options,
        ]  # fmt: skip
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, encoding="utf-8", errors="replace",
            check=False, start_new_session=True, timeout=SECONDS_FOR_ONE * len(self.wanted),
        )  # fmt: skip

    def judge(self, works: dict[str, dict[str, Any]], shown: str) -> None:
        blocks = dict(zip(sorted(works), self.blocks(shown), strict=True))
        for name, what in self.wanted.items():
            work = works.get(name)
            if work is None or any(check["verdict"] == "error" for check in work["checks"]):
                self.findings.grader_killed.append(name)
                continue
            self.findings.graded += 1
            full = work["score"] == work["max_score"]
            stopped = work["isolation"].partition(" ")[0] in NEEDS.get(
                what.get("needs", ""), {"", "strong", "partial", "weak"}
            )
            if what["must"] == "not-full" and full and stopped:
                self.findings.full_marks_wrongly_given.append(name)
            if what["must"] == "seen" and full and not work["integrity"]:
                self.findings.full_marks_wrongly_given.append(name)
            if what["category"] == "honest" and work["integrity"]:
                self.findings.honest_flagged.append(f"{name}: {work['integrity']}")
            if what["must"] == "full" and not full:
                self.findings.honest_not_full.append(name)
            if not re.search(what.get("reason", ""), " ".join(blocks[name].split())):
                self.findings.without_its_reason.append(f"{name}: no {what['reason']!r} in {blocks[name]}")

    @staticmethod
    def blocks(shown: str) -> list[str]:
        """Return each student's part of the report."""
        return re.split(rf"^\S+: {SLUG} \.{{3,}}", shown, flags=re.MULTILINE)[1:]

    def state(self) -> dict[str, str]:
        """Return what there is in the folder, file by file, less what is handed in and the report."""
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and path.name != "grade.json"
        }

    def left(self) -> list[str]:
        """Return the processes that the grading has started and that are there still."""
        deadline = time.monotonic() + 30
        while (found := list(self.marked())) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def marked(self) -> Iterator[str]:
        for process in psutil.process_iter(["cmdline", "cwd"]):
            try:
                mine = process.environ().get("HOSTILE_MARKER") == self.marker
            except psutil.Error:
                continue
            if (mine or str(self.folder) in (process.info["cwd"] or "")) and process.status() != psutil.STATUS_ZOMBIE:
                yield " ".join(process.info["cmdline"] or [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", nargs="?", type=Path, default=SUITE)
    parser.add_argument("--rounds", type=int, default=1, help="how often the honest ones are graded")
    parser.add_argument("--isolation", default="auto")
    arguments = parser.parse_args()
    everything = manifest(arguments.suite)
    honest = [name for name, what in everything.items() if what["must"] == "full"]
    options = [f"--grade-isolation={arguments.isolation}", "-v"]
    for round_ in range(arguments.rounds):
        start = time.monotonic()
        names = list(everything) if round_ == 0 else honest
        seed = [f"--grade-seed={round_}"] if round_ else []
        findings = grade(names, arguments.suite, [*options, *seed])
        print(f"round {round_ + 1}, {time.monotonic() - start:.0f} s: {findings.counts()}")
        for what, which in findings.wrong().items():
            print(f"  {what}: {which}")


if __name__ == "__main__":
    main()
