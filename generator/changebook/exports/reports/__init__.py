"""The report of a week or a month as HTML, Markdown or a mail; it adds up no figure of its own."""
