"""UnixFS as kubo adds it with its defaults: CIDv0, chunks of 256 KiB, 174 links a node, balanced layout."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Union

CHUNK = 262144
FANOUT = 174
RAW_DIRECTORY, FILE, SYMLINK = 1, 2, 4
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True)
class Symlink:
    """A symbolic link, kept as text and never followed."""

    target: bytes


Tree = dict[str, Union[bytes, Symlink, "Tree"]]


@dataclass(frozen=True)
class Linked:
    """A block in its parent's eyes: its multihash, the bytes of everything below it, and the bytes of file content."""

    multihash: bytes
    total: int
    content: int


@dataclass
class Blocks:
    """A block store in memory."""

    by_hash: dict[bytes, bytes] = field(default_factory=dict)

    def put(self, block: bytes) -> bytes:
        """Keeps a dag-pb block; its sha2-256 multihash."""
        multihash = b"\x12\x20" + hashlib.sha256(block).digest()
        self.by_hash[multihash] = block
        return multihash


def add_tree(tree: Tree, blocks: Blocks) -> Linked:
    """Adds a directory and all below it; entries are ordered by the bytes of their names."""
    links = []
    for name in sorted(tree, key=str.encode):
        entry = tree[name]
        if isinstance(entry, dict):
            links.append((name, add_tree(entry, blocks)))
        elif isinstance(entry, Symlink):
            links.append((name, _leaf(_unixfs(SYMLINK, entry.target), 0, blocks)))
        else:
            links.append((name, add_file(entry, blocks)))
    block = _node(links, _unixfs(RAW_DIRECTORY))
    return Linked(blocks.put(block), len(block) + sum(link.total for _, link in links), 0)


def add_file(content: bytes, blocks: Blocks) -> Linked:
    """Adds a file's chunks and the nodes above them."""
    level = [_chunk(content[at : at + CHUNK], blocks) for at in range(0, len(content), CHUNK)]
    if not level:
        return _leaf(_unixfs(FILE, None, 0), 0, blocks)
    while len(level) > 1:
        level = [_parent(level[at : at + FANOUT], blocks) for at in range(0, len(level), FANOUT)]
    return level[0]


def cid_text(multihash: bytes) -> str:
    """A CIDv0: the multihash in base58."""
    number, text = int.from_bytes(multihash, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return text


def cid_multihash(text: str) -> bytes | None:
    """The multihash of a CIDv0; None for anything else."""
    number = 0
    for character in text:
        digit = _BASE58.find(character)
        if digit < 0:
            return None
        number = number * 58 + digit
    multihash = number.to_bytes(34, "big") if number.bit_length() <= 272 else b""
    return multihash if multihash[:2] == b"\x12\x20" else None


def _chunk(chunk: bytes, blocks: Blocks) -> Linked:
    return _leaf(_unixfs(FILE, chunk, len(chunk)), len(chunk), blocks)


def _leaf(data: bytes, content: int, blocks: Blocks) -> Linked:
    block = _node([], data)
    return Linked(blocks.put(block), len(block), content)


def _parent(children: list[Linked], blocks: Blocks) -> Linked:
    content = sum(child.content for child in children)
    block = _node([("", child) for child in children], _unixfs(FILE, None, content, [c.content for c in children]))
    return Linked(blocks.put(block), len(block) + sum(child.total for child in children), content)


def _node(links: list[tuple[str, Linked]], data: bytes) -> bytes:
    """dag-pb: the links (field 2) stand before the data (field 1) on the wire."""
    encoded = b"".join(_bytes(2, _link(name, link)) for name, link in links)
    return encoded + _bytes(1, data)


def _link(name: str, link: Linked) -> bytes:
    return _bytes(1, link.multihash) + _bytes(2, name.encode()) + _number(3, link.total)


def _unixfs(kind: int, data: bytes | None = None, size: int | None = None, sizes: list[int] | None = None) -> bytes:
    encoded = _number(1, kind)
    if data is not None:
        encoded += _bytes(2, data)
    if size is not None:
        encoded += _number(3, size)
    return encoded + b"".join(_number(4, child) for child in sizes or [])


def _number(field_number: int, value: int) -> bytes:
    return _varint(field_number << 3) + _varint(value)


def _bytes(field_number: int, value: bytes) -> bytes:
    return _varint(field_number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
