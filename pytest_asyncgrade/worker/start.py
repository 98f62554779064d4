"""The student's process starts here: ``python -P -s start.py ROOT... [--fork-server] [--user=ID]``.

The arguments are the folders that our own packages are imported from: what the parent runs is what runs here, whatever
else is installed; and the user to become first, if we are root.
"""

import os
import sys

if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if argument.startswith("--user="):
            user = int(argument.removeprefix("--user="))
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
    roots = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    installed = [path.endswith(("site-packages", "dist-packages")) for path in sys.path]
    first = installed.index(True) if True in installed else len(installed)  # what follows may be of editable installs
    sys.path[first:first] = roots

    from pytest_asyncgrade.worker.session import enter

    with enter(sys.argv[1:]) as program:
        del enter
        program()
