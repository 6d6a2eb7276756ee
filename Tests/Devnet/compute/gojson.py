"""JSON as Go's encoding/json writes and refuses it."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from .errors import APIError, echo_error

_MAX_DEPTH = 500
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITESPACE = " \t\r\n"
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def dumps(value: Any, pretty: bool = False) -> bytes:
    """Compact (or indented) JSON with Go's HTML escapes and final newline."""
    if pretty:
        text = json.dumps(value, ensure_ascii=False, indent="  ")
    else:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        if character in text:
            text = text.replace(character, escape)
    return (text + "\n").encode("utf-8", "replace")


def loads(body: bytes) -> tuple[Any, str]:
    """The first JSON value of a body and the text; broken UTF-8 becomes U+FFFD, what follows the value is ignored."""
    text = body.decode("utf-8", "replace")
    start = _skip(text, 0)
    if _too_deep(text):
        raise _syntax(text, start, "exceeded max depth")
    try:
        value, _ = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode(text, start)
    except ValueError as error:
        raise _refusal(text, getattr(error, "pos", start)) from None
    return (_without_surrogates(value) if "\\u" in text else value), text


def _without_surrogates(value: Any) -> Any:
    """Half surrogates become U+FFFD, as in Go."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _too_deep(text: str) -> bool:
    """Whether brackets nest beyond the limit; the decoder recurses on the C stack and must not find out itself."""
    if text.count("[") + text.count("{") <= _MAX_DEPTH:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > _MAX_DEPTH:
            return True
    return False


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _refusal(text: str, position: int) -> APIError:
    if position >= len(text) or not text[position:].strip(_WHITESPACE) or _cut_string(text, position):
        return echo_error("unexpected EOF")
    return _syntax(text, position, f"invalid character '{text[position]}' looking for beginning of value")


def _cut_string(text: str, position: int) -> bool:
    return text[position] == '"' and '"' not in text[position + 1 :]


def _syntax(text: str, position: int, cause: str) -> APIError:
    offset = len(text[: position + 1].encode())
    return APIError(400, f"code=400, message=Syntax error: offset={offset}, error={cause}, internal={cause}")


def offset_of(text: str, path: list[str | int], start: int = 0) -> tuple[int, int]:
    """The start of the value at `path` below the value at `start`, and where Go stops reading it; in characters.

    Of an object or array that is the place just after its opening bracket, of anything else the end of the value.
    """
    position = _skip(text, start)
    for step in path:
        position = _member(text, position, step) if isinstance(step, str) else _element(text, position, step)
    if text[position] in "[{":
        return position, position + 1
    _, end = json.JSONDecoder().raw_decode(text, position)
    return position, end


def _member(text: str, position: int, name: str) -> int:
    found, position = None, _skip(text, position + 1)
    while text[position] != "}":
        key, position = scanstring(text, position + 1)
        position = _skip(text, _skip(text, position) + 1)
        if key == name:
            found = position
        position = _after(text, position)
    assert found is not None
    return found


def _element(text: str, position: int, index: int) -> int:
    position = _skip(text, position + 1)
    for _ in range(index):
        position = _after(text, position)
    return position


def _after(text: str, position: int) -> int:
    _, position = json.JSONDecoder().raw_decode(text, position)
    position = _skip(text, position)
    return _skip(text, position + 1) if text[position] == "," else position


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _WHITESPACE:
        position += 1
    return position
