"""MkDocs and Material around the pages; the only room that imports `mkdocs`."""
