"""The report of a week or a month in words, and as a file: HTML, Markdown or a mail to be sent.

The figures are those of `views.report`; nothing is added up here.
"""
