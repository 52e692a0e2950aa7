"""Change records in Markdown, published as one isolated site per client."""

__version__ = "0.1.0"
