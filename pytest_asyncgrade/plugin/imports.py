"""What a grader's file can import: the modules beside it, whatever those of other graders are called."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path


class Neighbours:
    """The folder of the grader at work, the first place to import from."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def move_to(self, folder: Path) -> None:
        """Let the modules of a folder be imported, and forget those that were imported from the folder before."""
        if folder == self._folder:
            return
        if self._folder is not None:
            with suppress(ValueError):  # a grader may have removed it
                sys.path.remove(str(self._folder))
            for name, module in list(sys.modules.items()):
                file = getattr(module, "__file__", None)
                if "." not in name and isinstance(file, str) and Path(file).parent == self._folder:
                    del sys.modules[name]
        self._folder = folder
        sys.path.insert(0, str(folder))
