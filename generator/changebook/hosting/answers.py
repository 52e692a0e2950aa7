"""What goes with each answer of a server: types, and the headers that browsers act on."""

from __future__ import annotations

from types import MappingProxyType

from changebook.site import policy

#: Every kind of file that a site holds, so that no server has to guess; all else is a download.
TYPES = MappingProxyType(
    {
        "text/html": "html",
        "text/css": "css",
        "text/javascript": "js mjs",
        "text/csv": "csv",
        "text/calendar": "ics",
        "text/plain": "txt",
        "application/json": "json map",
        "application/xml": "xml",
        "application/wasm": "wasm",
        "application/pdf": "pdf",
        "application/gzip": "gz",
        "application/octet-stream": "pagefind pf_meta pf_index pf_fragment pf_filter pf_sort",
        "image/svg+xml": "svg",
        "image/png": "png",
        "image/jpeg": "jpg jpeg",
        "image/gif": "gif",
        "image/webp": "webp",
        "image/avif": "avif",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.presentation": "odp",
    }
)
#: Of these, what is text: it is in UTF-8, and worth compressing.
TEXTS = (
    *("text/html", "text/css", "text/javascript", "text/csv", "text/calendar", "text/plain"),
    *("application/json", "application/xml", "image/svg+xml"),
)

#: What each answer says to the browser.
HEADERS = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        # The camera reads the code on paper, on the page that verifies it.
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), "
        "serial=(), hid=(), midi=(), display-capture=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
#: Only over TLS.
STRICT_TRANSPORT = "max-age=31536000"
POLICY = policy.of_server()
#: A browser shows a PDF in a page of its own, which the policy of pages would stop.
WITHOUT_POLICY = "[.]pdf$"

#: Private pages are for no cache but the reader's own, which asks each time whether they changed.
FRESH = "private, no-cache"
#: A file whose name holds the digest of what is in it never changes.
LASTING = "private, max-age=31536000, immutable"
HASHED = (
    "/assets/(?:javascripts|stylesheets)/[a-z]+[.][0-9a-f]{8}[.]min[.](?:js|css)(?:[.]map)?$",
    "/pagefind/(?:[a-z]+/)?[A-Za-z.-]+_[0-9a-f]{7,}[.]pf_[a-z]+$",
)
