"""From a mail that answers a page to an entry of the record, for a pull request.

The mail is data that anybody may have written: what it says is quoted, never obeyed, and never
becomes a decision by itself.
"""
