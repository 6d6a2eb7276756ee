"""Reading published trees back from their blocks."""

from __future__ import annotations

from collections.abc import Iterator

from .unixfs import RAW_DIRECTORY, SYMLINK, Blocks, Symlink, Tree


def read(blocks: Blocks, multihash: bytes) -> Tree | bytes | Symlink:
    """The directory, file or link below a block; KeyError where a block is missing."""
    kind, data, links = _open(blocks.by_hash[multihash])
    if kind == RAW_DIRECTORY:
        return {name: read(blocks, child) for name, child in links}
    if kind == SYMLINK:
        return Symlink(data)
    return data + b"".join(_content(blocks, child) for _, child in links)


def links(block: bytes) -> dict[str, bytes]:
    """A block's links by name; the multihashes of their blocks."""
    return dict(_open(block)[2])


def _content(blocks: Blocks, multihash: bytes) -> bytes:
    content = read(blocks, multihash)
    return content if isinstance(content, bytes) else b""


def _open(block: bytes) -> tuple[int, bytes, list[tuple[str, bytes]]]:
    links, data = [], b""
    for number, value in _fields(block):
        if number == 2 and isinstance(value, bytes):
            parts = dict(_fields(value))
            links.append((bytes(parts.get(2, b"")).decode(), bytes(parts[1])))
        elif isinstance(value, bytes):
            data = value
    unixfs = dict(_fields(data))
    content = unixfs.get(2, b"")
    return int(unixfs[1]), content if isinstance(content, bytes) else b"", links


def _fields(encoded: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(encoded):
        key, position = _varint(encoded, position)
        value, position = _varint(encoded, position)
        if key & 7 == 0:
            yield key >> 3, value
        else:
            yield key >> 3, encoded[position : position + value]
            position += value


def _varint(encoded: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = encoded[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
