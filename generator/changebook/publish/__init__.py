"""The main path of a build, and the atomic swap; it makes no figure of its own."""
