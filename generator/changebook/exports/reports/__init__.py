"""The report of a week or a month as HTML, Markdown or email; it adds up no figure of its own."""
