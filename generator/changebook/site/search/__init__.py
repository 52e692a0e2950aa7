"""Search: what readers look for, and the index of each edition, made by Pagefind."""
