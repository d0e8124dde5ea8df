"""The project's own measurements. Each figure stands beside a limit measured in the same run, on the same machine."""
