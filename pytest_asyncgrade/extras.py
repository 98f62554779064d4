"""The libraries of the extras ``class``, ``dask`` and ``watch``, which only the commands of these names need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .errors import UsageError

_EXTRAS = {"dask": "dask", "distributed": "dask", "watchfiles": "watch"}
"""The extra of a package; of all others ``class``."""


def needed(module: str) -> Any:
    """Import a module of an extra; UsageError says how to install it if it is missing."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        extra = _EXTRAS.get(package, "class")
        msg = f"this needs {package}, which is not installed: python -m pip install 'pytest-asyncgrade[{extra}]'"
        raise UsageError(msg) from None
