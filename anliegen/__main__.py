"""`python -m anliegen`: the same as the command."""

from anliegen.config.cli import main

main()
