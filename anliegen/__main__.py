"""`python -m anliegen`: the same as the command, and what the supervisor starts."""

from anliegen.config.processes.follow import follow_parent

follow_parent()

from anliegen.config.cli import main  # noqa: E402  # what it imports takes a second in which the parent may end

if __name__ == "__main__":
    main()
