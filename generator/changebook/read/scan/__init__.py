"""Signed papers that come back: checked, rid of what only its makers should know, and filed."""
