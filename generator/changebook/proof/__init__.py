"""Seals, verifies, files a signed paper; it alters no more of a record than its signature."""
