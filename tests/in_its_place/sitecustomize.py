"""Puts ProperDocs in MkDocs's place, in each Python that has this folder on its path.

`dev.py test --properdocs` does so, and so does tests/site/test_properdocs.py.
"""

from importlib import import_module

import_module("properdocs.replacement")
