"""The HTML elements that may stand on a page: what the check names and pages take out.

A record's Markdown may hold raw HTML, and a page is read by a client.
"""

from __future__ import annotations

#: The SVG shapes that icons and small charts are made of, with the names that screen readers say:
#: nothing that links, loads or animates.
SVG_TAGS = frozenset(
    "svg g path circle ellipse rect line polyline polygon text tspan defs marker linearGradient "
    "stop clipPath title desc".split()
)
#: The elements that stay.
TAGS = SVG_TAGS | frozenset(
    "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup "
    "data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i "
    "img input ins kbd label li mark meter nav ol p pre progress q rp rt ruby s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr".split()
)
