"""Keeps repositories that stay open small: libgit2 lets go of no pack by itself."""

from dataclasses import dataclass

import pygit2

LOOKS = 200
"""Looks at what is new between one time and the next."""


@dataclass
class Lasting:
    """A repository that is open for as long as its process runs. One thread at a time uses it.

    libgit2 keeps each pack mapped that it ever saw, 8 KB of memory, and looks through all of them for what is new, long
    after background packing has removed them. So it is told to forget them now and then, and opens anew what is asked
    for.
    """

    git: pygit2.Repository
    _left: int = LOOKS

    def look(self) -> None:
        """Count one more look at what is new; called before it."""
        self._left -= 1
        if self._left <= 0:
            self._left = LOOKS
            self.git.free()
