"""Every rule, and what finds its faults: it judges and changes nothing.

`since/` holds what a branch may not do, `formats/` how other programs want to be told.
"""

from changebook.check.catalogue import rules
from changebook.check.checking import check, load_checked

__all__ = ["check", "load_checked", "rules"]
