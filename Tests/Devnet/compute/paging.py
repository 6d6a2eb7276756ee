"""The paging tokens of the job list."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from .errors import bad_request


@dataclass(frozen=True)
class Page:
    """An order and a window; a limit of 0 means everything."""

    order: str
    reverse: bool
    limit: int
    offset: int = 0

    def next_token(self) -> str:
        """The token of the page that follows: unpadded base64url of `order:Y|N:limit:offset`."""
        reverse = "Y" if self.reverse else "N"
        text = f"{self.order}:{reverse}:{self.limit}:{self.offset + self.limit}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_token(token: str) -> Page:
    """The page of a token; raises the API's 400."""
    try:
        parts = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("latin-1").split(":")
    except (binascii.Error, ValueError):
        raise bad_request(f"invalid paging token: {token}") from None
    if len(parts) != 4:
        raise bad_request(f"invalid number of parts: invalid paging token: {token}")
    try:
        return Page(parts[0], parts[1] == "Y", int(parts[2]), int(parts[3]))
    except ValueError:
        raise bad_request(f"invalid paging token: {token}") from None
