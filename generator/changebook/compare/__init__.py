"""Two revisions of a workspace: what a change may not do, and what it does."""
