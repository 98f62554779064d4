"""Where the libraries of this Python lie: its own and installed ones.

A program may well lie below ``sys.prefix``: in a container that is often ``/usr``, and the program in ``/usr/src/app``.
"""

import os
import sysconfig

LIBRARIES = tuple(
    sorted({f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")})
)
"""Folders, each with a separator at its end; what lies in them begins with one of these."""
