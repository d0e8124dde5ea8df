"""`anliegen run`: everything in the foreground, supervised by a process that stays small and imports no Django."""
