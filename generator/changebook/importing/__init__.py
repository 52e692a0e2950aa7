"""From a spreadsheet, a tracker or a folder of decision records to records that check.

A source is read into items (`source`); a mapping that people review says what each of its columns
becomes (`mapping`, proposed by `proposal`); `drafting` makes records of both, and `plan` says what
would be written. Nothing is guessed in silence, and nothing is dropped.
"""
