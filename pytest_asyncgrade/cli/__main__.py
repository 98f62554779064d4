"""``python -m pytest_asyncgrade.cli``, where the command is not on the path."""

from . import main

main()
