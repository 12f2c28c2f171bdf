"""The frame in which the console shows a document: a page with rights of its own, which are fewer than the console's.

A document has styles of its own, which the console's policy forbids, so the console's own page can't show it. The frame
is given it by a message, in an origin that is nobody's, and its policy lets it run nothing but what takes that.
"""

import base64
import hashlib

_SCRIPT = (
    "addEventListener('message', (said) => {"
    "if (said.source === parent) document.documentElement.innerHTML = said.data;});"
    "parent.postMessage('ready', '*');"
)
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()

FRAME = f'<!doctype html><html lang="en"><title>Document</title><script>{_SCRIPT}</script></html>'
FRAME_HEADERS = {
    "Content-Security-Policy": (
        f"sandbox allow-scripts; default-src 'none'; script-src 'sha256-{_DIGEST}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-cache",
}
