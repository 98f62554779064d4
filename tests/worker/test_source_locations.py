from __future__ import annotations

import os
import sys
from pathlib import Path

from pytest_asyncgrade.trace import Place
from pytest_asyncgrade.worker.source_locations import SourceFiles

FOLDER = f"{Path(__file__).parent}{os.sep}"
NAME = Path(__file__).name
FILES = SourceFiles(FOLDER, NAME)


def where() -> Place | None:
    return FILES.running(sys._getframe(1))


def test_the_innermost_of_the_students_lines_is_found_each_time_a_new_one_is_reached() -> None:
    first = sys._getframe().f_lineno
    twice = [where() for _ in range(2)]
    after = where()
    name = "test_the_innermost_of_the_students_lines_is_found_each_time_a_new_one_is_reached"
    assert [place and place.lineno for place in twice] == [first + 1, first + 1]
    assert after == Place(NAME, first + 2, name)


def test_a_line_below_libraries_is_found_and_code_of_libraries_is_none() -> None:
    found: list[Place | None] = []
    names: dict[str, object] = {"found": found, "FILES": FILES, "sys": sys}
    exec(compile("def library(): found.append(FILES.running(sys._getframe()))", "/lib/x.py", "exec"), names)  # noqa: S102  # ours
    names["library"]()  # type: ignore[operator]  # it was just defined
    assert [place and place.filename for place in found] == [NAME]
    assert SourceFiles("/nowhere/", "x.py").running(sys._getframe()) is None


def test_names_are_relative_to_the_folder_and_the_script_has_the_name_it_was_given() -> None:
    files = SourceFiles(f"{os.sep}work{os.sep}", "./p.py", f"{os.sep}work{os.sep}p.py")
    names = [f"{os.sep}work{os.sep}p.py", f"{os.sep}work{os.sep}a{os.sep}b.py", f"{os.sep}lib{os.sep}c.py"]
    assert [files.name(name) for name in names] == ["./p.py", "a/b.py", None]


def test_the_innermost_of_the_students_lines_in_a_traceback_is_where_it_was_raised() -> None:
    try:
        int("x" * 3)
    except ValueError as error:
        place = FILES.raised(error.__traceback__)
        assert place is not None
        assert (place.filename, place.function) == (
            NAME, "test_the_innermost_of_the_students_lines_in_a_traceback_is_where_it_was_raised",
        )  # fmt: skip
