"""The look of the stand-ins' pages; they run no script and load nothing."""

import html

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }}
table {{ width: 100%; border-collapse: collapse; }} th, td {{ text-align: left; padding: .4rem .6rem .4rem 0;
border-bottom: 1px solid #8884; vertical-align: top; overflow-wrap: anywhere; }}
th {{ font-weight: 600; overflow-wrap: normal; }} th, time {{ white-space: nowrap; }}
td:first-child {{ min-width: 17rem; }}
iframe {{ width: 100%; height: 46rem; border: 1px solid #8886; border-radius: 6px; background: #fff; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8886; border-radius: 6px; padding: 1rem; }}
</style></head><body>{body}</body></html>"""

PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"}


def page(title: str, body: str) -> str:
    """A page; the title is text, the body HTML."""
    return _PAGE.format(title=html.escape(title), body=body)
