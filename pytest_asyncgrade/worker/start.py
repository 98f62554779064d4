"""The student's process starts here: ``python -P -s start.py ROOT... [--fork-server | --fork-server=namespaces]``.

The other arguments are the folders that our own packages are imported from: what the parent runs is what runs here,
whatever else is installed.
"""

import sys

if __name__ == "__main__":
    roots = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    installed = [path.endswith(("site-packages", "dist-packages")) for path in sys.path]
    first = installed.index(True) if True in installed else len(installed)  # what follows may be of editable installs
    sys.path[first:first] = roots

    from pytest_asyncgrade.worker.session import enter

    with enter(sys.argv[1:]) as program:
        del enter
        program()
