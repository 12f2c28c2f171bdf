"""Builds the documentation site into `dist/docs`, with every link held: `make docs`."""

import sys

from tests.site.building import PLACE, SiteRefused, build

if __name__ == "__main__":
    try:
        build(PLACE)
    except SiteRefused as fault:
        sys.exit(str(fault))
    sys.stdout.write(f"{PLACE}/index.html\n")
