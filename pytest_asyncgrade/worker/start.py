"""The student's process starts here: ``python -P -s start.py ROOT...``.

The arguments are the folders that our own packages are imported from: what the parent runs is what runs here, whatever
else is installed.
"""

import sys

if __name__ == "__main__":
    installed = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    roots = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    sys.path[:] = [*(path for path in sys.path if path not in installed), *roots, *installed]

    from pytest_asyncgrade.worker.session import main

    main(sys.argv[1:])
