"""Changes a record's file and nothing else in it, begins a workspace, takes mail over."""
