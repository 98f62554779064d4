from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_asyncgrade
from pytest_asyncgrade.libraries import LIBRARIES


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(pytest_asyncgrade.__all__) == pytest_asyncgrade.__all__ == dir(pytest_asyncgrade)
    for name in pytest_asyncgrade.__all__:
        assert getattr(pytest_asyncgrade, name).__doc__, name


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'pytest_asyncgrade' has no attribute 'nothing'$"):
        pytest_asyncgrade.nothing  # noqa: B018  # the point


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, pytest_asyncgrade; print(*{'asyncio', 'freezegun', 'pytest'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stdout.strip() == b""


def test_what_lies_below_the_prefix_of_python_is_no_library_for_that() -> None:
    assert asyncio.__file__.startswith(LIBRARIES)
    assert pytest.__file__.startswith(LIBRARIES)
    assert not str(Path(sys.prefix, "src", "app", "program.py")).startswith(LIBRARIES)
