"""Views to HTML: templates, bodies, sanitising, wording; it knows no MkDocs and writes no file."""
