"""Whether the coverage of this package is measured, in students' processes, too: only its own gate does that.

Two things have to come together: coverage's variables, and a file in the installed package, where no student can put
one.  No variable alone lets a program trace, or see a folder.
"""

import os
from pathlib import Path

_MARK = Path(__file__).with_name("measured")
_VARIABLES = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "COVERAGE_FILE")


def variables() -> dict[str, str]:
    """Return the variables of coverage that a student's process gets; none where it is not measured."""
    if not _MARK.is_file():
        return {}
    return {name: os.environ[name] for name in _VARIABLES if name in os.environ}
