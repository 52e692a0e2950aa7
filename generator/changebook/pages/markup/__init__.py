"""The Markdown of bodies: CommonMark and GitHub's extensions, and what Material adds to them."""
