"""Plain data for each page and document; it holds no HTML and asks for no file."""
