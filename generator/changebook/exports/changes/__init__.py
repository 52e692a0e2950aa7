"""The list of changes for other programs, exactly as the edition shows it, and nothing more."""
