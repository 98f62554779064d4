"""Runs the steps of an action one by one, as GitHub's runner does, with fresh files and its own view of the log.

Only what ``action.yml`` uses is understood; anything else is an error.  Steps that use another action are noted.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Done:
    """What came of an action."""

    status: int = 0
    log: str = ""
    used: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    changed: str = ""
    """What was written into the files that change later steps."""

    @property
    def commands(self) -> list[str]:
        """The lines of the log that the runner takes for commands."""
        found, stopped = [], ""
        for line in re.split(r"\r\n|\r|\n", self.log):
            if stopped:
                stopped = "" if line.strip() == f"::{stopped}::" else stopped
            elif line.lstrip().startswith("::stop-commands::"):
                stopped = line.strip().removeprefix("::stop-commands::")
            elif line.lstrip().startswith("::") or "##[" in line:
                found.append(line)
        assert not stopped, "commands are stopped for what comes after"
        return found


def load(path: Path) -> Any:
    """Return what a file of YAML says."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@dataclass
class Runner:
    """A machine that runs an action in a workspace."""

    action: Path
    workspace: Path
    temp: Path
    environ: dict[str, str]

    def run(self, **given: str) -> Done:
        """Run the action with these inputs (``_`` for ``-``), and stop at a step that fails."""
        said = load(self.action / "action.yml")
        inputs = {name: about.get("default", "") for name, about in said["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        assert set(inputs) == set(said["inputs"])
        assert said["runs"]["using"] == "composite"
        known = {f"inputs.{name}": value for name, value in inputs.items()}
        known |= {"github.action_path": str(self.action), "runner.temp": str(self.temp)}
        done = Done()
        for step in said["runs"]["steps"]:
            if done.status == 0 and self._is_wanted(step, known):
                self._step(step, known, done)
        done.outputs = {name: evaluate(about["value"], known) for name, about in said["outputs"].items()}
        return done

    @staticmethod
    def _is_wanted(step: dict[str, Any], known: dict[str, str]) -> bool:
        if "if" not in step:
            return True
        left, unequal, right = re.fullmatch(r"(\S+) (!?)=+ '(.*)'", step["if"]).groups()  # type: ignore[union-attr]
        return (known.get(left, "") == right) != bool(unequal)

    def _step(self, step: dict[str, Any], known: dict[str, str], done: Done) -> None:
        if "uses" in step:
            given = {name: evaluate(value, known) for name, value in step["with"].items()}
            done.used.append(f"{step['uses']} {given}")
            return
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in a script is run"
        files = {name: self.temp / f"{name}-{len(list(self.temp.iterdir()))}" for name in _FILES}
        for path in files.values():
            path.touch()
        env = {name: evaluate(value, known) for name, value in step.get("env", {}).items()}
        script = self.temp / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=evaluate(step.get("working-directory", str(self.workspace)), known),
            env=self._variables() | {name: str(path) for name, path in files.items()} | env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300,
        )  # fmt: skip
        done.status = ran.returncode
        done.log += ran.stdout.decode("utf-8", "surrogateescape")
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        done.changed += files["GITHUB_ENV"].read_text(encoding="utf-8") + files["GITHUB_PATH"].read_text(
            encoding="utf-8"
        )
        for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
            name, separator, value = line.partition("=")
            assert separator, f"no output: {line!r}"
            known[f"steps.{step['id']}.outputs.{name}"] = value

    def _variables(self) -> dict[str, str]:
        return self.environ | {
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp), "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "ada/naps",
        }  # fmt: skip


def evaluate(text: str, known: dict[str, str]) -> str:
    """Return a text with its expressions replaced; one that is not known is empty, as it is on GitHub."""
    return _EXPRESSION.sub(lambda match: known.get(match[1], ""), text)
