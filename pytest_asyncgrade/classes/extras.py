"""The libraries of the extra ``class``, which only this command needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pytest_asyncgrade.errors import UsageError


def needed(module: str) -> Any:
    """Import a module of the extra; UsageError says how to install it if it is missing."""
    try:
        return import_module(module)
    except ImportError:
        extra = "dask" if module.startswith(("dask", "distributed")) else "class"
        package = module.partition(".")[0]
        msg = f"this needs {package}, which is not installed: python -m pip install 'pytest-asyncgrade[{extra}]'"
        raise UsageError(msg) from None
