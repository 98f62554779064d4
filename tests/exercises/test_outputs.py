"""The tutorial's three scripts, as they stand there, print what the tutorial says, at exact virtual moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_asyncgrade.sandbox import Job, read_submission, run_isolated

ROOT = Path(__file__).parents[2]
OUTPUTS: dict[str, tuple[float, list[tuple[float, str]]]] = {
    "greetings": (2, [(0, "Hello, Alice"), (1, "Goodbye, Alice"), (1, "Hello, Bob"), (2, "Goodbye, Bob")]),
    "task_interleaving": (
        5,
        [(0, "one"), (1, "two"), (2, "two"), (2, "three"), (3, "three"), (3, "four"), (4, "five")],
    ),
    "concurrent_sleeps": (
        3,
        [
            (0, "Function 1 started.."),
            (0, "Function 2 started.."),
            (0, "Function 3 started.."),
            (1, "Function 3 Ended"),
            (2, "Function 1 Ended"),
            (3, "Function 2 Ended"),
            (3, "Main Ended.."),
        ],
    ),
}


@pytest.mark.parametrize("program", ["examples/tutorial/{slug}.py", "graders/{slug}/solution.py"])
@pytest.mark.parametrize("slug", OUTPUTS)
def test_script_prints_what_is_documented(slug: str, program: str) -> None:
    seconds, printed = OUTPUTS[slug]
    trace = run_isolated(Job(read_submission(ROOT / program.format(slug=slug))))
    assert trace.reason == ""
    assert [(line.time, line.text) for line in trace.output] == printed
    assert trace.stderr == []
    assert trace.elapsed == seconds


EXERCISES = sorted(readme.parent.name for readme in ROOT.glob("exercises/*/README.md"))


@pytest.mark.parametrize("slug", EXERCISES)
def test_solution_prints_what_the_readme_says(slug: str) -> None:
    readme = (ROOT / "exercises" / slug / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:3]] for row in readme.splitlines() if row.startswith("| ")]
    trace = run_isolated(Job(read_submission(ROOT / "graders" / slug / "solution.py")))
    assert trace.reason == ""
    if rows[0][0] != "at (virtual seconds)":  # subprocesses take real time
        assert [row[1] for row in rows[1:]] == [f"`{line.text}`" for line in trace.output]
        return
    assert sorted(rows[1:]) == sorted([f"{line.time:g}", f"`{line.text}`"] for line in trace.output)
    assert f"The program takes {trace.elapsed:g} s." in readme


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_readme_is_complete(slug: str) -> None:
    readme = (ROOT / "exercises" / slug / "README.md").read_text(encoding="utf-8")
    assert f"pytest --grade graders/{slug}" in readme
    assert readme.count("](https://docs.python.org/3/") == 2
    assert max(map(len, readme.splitlines())) <= 160
