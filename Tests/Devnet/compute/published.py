"""Published trees, read as one reads them from kubo 0.43: over its gateway and over its RPC API."""

from __future__ import annotations

import re

from aiohttp import web

from . import dagread, unixfs
from .orchestrator import Orchestrator
from .unixfs import Symlink, Tree, cid_multihash

_NO_PROVIDER = "retrieval: no providers found for the CID (phase: path resolution)"
_RAW = "application/vnd.ipld.raw"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Missing(Exception):
    """Why there is no file; the text is kubo's."""


class PublishedHandlers:
    """Handlers of `/ipfs/CID/…` and of `POST /api/v0/cat` and `block/get`."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._blocks = orchestrator.blocks
        # Every kubo has it.
        unixfs.add_tree({}, self._blocks)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/ipfs/{path:.+}", self.gateway, allow_head=True),
            web.post("/api/v0/cat", self.cat),
            web.post("/api/v0/block/get", self.block),
            web.get("/api/v0/{command:cat|block/get}", self.no_get),
        ]

    async def gateway(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        cid = path.split("/")[0]
        if cid_multihash(cid) is None:
            problem = f'invalid path "/ipfs/{path}": invalid cid: selected encoding not supported'
            return web.Response(status=400, text=problem + "\n")
        headers = {"X-Ipfs-Path": f"/ipfs/{path}", "X-Ipfs-Roots": cid}
        try:
            if request.query.get("format") == "raw" or request.headers.get("Accept") == _RAW:
                return web.Response(body=self._block(path), headers=headers | {"Content-Type": _RAW})
            found = self._find(path)
        except Missing as missing:
            why = f"{missing}: {_NO_PROVIDER}" if "not found locally" in str(missing) else str(missing)
            return web.Response(status=404, text=f"failed to resolve /ipfs/{path}: {why}\n")
        if not isinstance(found, bytes):
            headers["ETag"] = f'"DirIndex-devnet_CID-{cid}"'
            return web.Response(body=b"<!DOCTYPE html>\n", headers=headers | {"Content-Type": "text/html"})
        return _ranged(request.headers.get("Range", ""), found, headers)

    async def cat(self, request: web.Request) -> web.Response:
        if "Origin" in request.headers:
            return web.Response(status=403, text="403 - Forbidden\n")
        path = request.query.get("arg", "")
        try:
            found = self._find(path)
        except Missing as missing:
            return _error(str(missing))
        if not isinstance(found, bytes):
            return _error("this dag node is a directory")
        start = int(request.query.get("offset", 0))
        end = start + int(request.query.get("length", len(found)))
        response = web.Response(body=found[start:end], headers={"Content-Type": "text/plain"})
        response.enable_chunked_encoding()
        return response

    async def block(self, request: web.Request) -> web.Response:
        if "Origin" in request.headers:
            return web.Response(status=403, text="403 - Forbidden\n")
        try:
            response = web.Response(body=self._block(request.query.get("arg", "")), headers={"Content-Type": _RAW})
        except Missing as missing:
            return _error(str(missing))
        response.enable_chunked_encoding()
        return response

    async def no_get(self, request: web.Request) -> web.Response:
        return web.Response(status=405, text="405 - Method Not Allowed\n")

    def _find(self, path: str) -> bytes | Tree:
        """The file or directory at `CID/name/…`."""
        entry = dagread.read(self._blocks, self._resolve(path))
        return entry.target if isinstance(entry, Symlink) else entry

    def _block(self, path: str) -> bytes:
        """The block at `CID/name/…`."""
        return self._blocks.by_hash[self._resolve(path)]

    def _resolve(self, path: str) -> bytes:
        """The multihash of the block at `CID/name/…`."""
        cid, *names = [part for part in path.split("/") if part] or [""]
        multihash = cid_multihash(cid)
        if multihash is None or multihash not in self._blocks.by_hash:
            raise Missing(f"block was not found locally (offline): ipld: could not find {cid}")
        for name in names:
            multihash = dagread.links(self._blocks.by_hash[multihash]).get(name)
            if multihash is None:
                raise Missing(f'no link named "{name}" under {cid}')
        return multihash


def _ranged(wanted: str, content: bytes, headers: dict[str, str]) -> web.Response:
    """The file, or the part of it that a range asks for."""
    kind = {"Content-Type": "text/plain; charset=utf-8" if _is_text(content) else "application/octet-stream"}
    match = _RANGE.fullmatch(wanted)
    if match is None:
        return web.Response(body=content, headers=headers | kind)
    first, last = int(match[1]), min(int(match[2] or len(content)), len(content) - 1)
    if first > last:
        whole = {"Content-Range": f"bytes */{len(content)}"}
        return web.Response(status=416, text="invalid range: failed to overlap\n", headers=headers | whole)
    part = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
    return web.Response(status=206, body=content[first : last + 1], headers=headers | kind | part)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _error(message: str) -> web.Response:
    return web.json_response({"Message": message, "Code": 0, "Type": "error"}, status=500)
