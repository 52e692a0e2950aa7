"""What is kept between runs, found by the digest of all that it was made from.

It knows bytes and files, and nothing of what they mean. Nothing here is needed: a run that finds
nothing kept gives the same.
"""
