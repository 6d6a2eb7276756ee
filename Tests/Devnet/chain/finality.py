"""Where the tags `safe` and `finalized` point."""

from __future__ import annotations

from dataclasses import dataclass

from .view import View

TAGS = ("safe", "finalized")


@dataclass(slots=True)
class Tag:
    """A tag that follows the head at a depth, or stays at a number once it is frozen.

    Without a depth there is no such block yet, as on a node whose consensus side has not spoken.
    """

    depth: int | None = None
    frozen: int | None = None

    def number(self, view: View) -> int | None:
        """The number meant; None where there is none."""
        if self.frozen is not None:
            return min(self.frozen, view.head.number)
        return None if self.depth is None else max(0, view.head.number - self.depth)

    def freeze(self, view: View, is_frozen: bool) -> None:
        """Stays where it points now, or goes on."""
        self.frozen = self.number(view) if is_frozen else None
