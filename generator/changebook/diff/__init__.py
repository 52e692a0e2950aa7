"""What a branch does, for its reviewer; it forbids nothing, which is for `check.since`."""
