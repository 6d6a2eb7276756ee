"""Input sources: what a node can read, and how it fails at the rest."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from . import dagread
from .unixfs import Blocks, Tree, cid_multihash

_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")


class InputError(Exception):
    """A source that cannot be measured or read; `slow` when a node tries four times before it says so."""

    def __init__(self, cause: str, slow: bool = False) -> None:
        super().__init__(f"calculating resource usage of job: error getting job disk space requirements: {cause}")
        self.slow = slow


def read(source: dict[str, Any], blocks: Blocks) -> bytes | Tree:
    """The file or directory of a source."""
    kind, params = source["Type"].lower(), source.get("Params") or {}
    if kind == "inline":
        return data_url(str(params.get("URL", "")))
    if kind == "ipfs":
        return _from_ipfs(str(params.get("CID", "")), blocks)
    raise InputError(_unreachable(str(params.get("URL", ""))), slow=True)


def data_url(url: str) -> bytes:
    """The payload of an RFC 2397 data URL; an archive stays one file here, where Bacalhau unpacks it."""
    if not url.startswith("data:"):
        raise InputError("missing data prefix")
    head, comma, payload = url[5:].partition(",")
    if not comma:
        raise InputError("missing comma in data URL")
    media, *parameters = head.split(";")
    if media and not _MEDIA_TYPE.fullmatch(media):
        raise InputError("invalid media type")
    if "base64" not in parameters:
        return unquote_to_bytes(payload)
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("illegal base64 data at input byte 0") from None


def _from_ipfs(cid: str, blocks: Blocks) -> bytes | Tree:
    multihash = cid_multihash(cid)
    if multihash is None:
        raise InputError(f"failed to parse CID '{cid}'")
    try:
        content = dagread.read(blocks, multihash)
    except KeyError:
        raise InputError(f"block was not found locally (offline): ipld: could not find {cid}") from None
    return content if isinstance(content, (bytes, dict)) else content.target


def _unreachable(url: str) -> str:
    place = urlsplit(url).netloc or "127.0.0.1:80"
    address = place if ":" in place else f"{place}:{443 if url.startswith('https') else 80}"
    return f'HEAD {url} giving up after 4 attempt(s): Head "{url}": dial tcp {address}: connect: connection refused'
