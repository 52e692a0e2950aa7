"""What no spreadsheet may take for a formula."""

from __future__ import annotations

import re

#: What a spreadsheet may take for the beginning of a formula, also in its full-width form.
#: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
