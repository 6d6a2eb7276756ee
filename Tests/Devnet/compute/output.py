"""What Bacalhau keeps of a WASM program's writes: a summary in the execution, and the published files."""

from __future__ import annotations

from .records import RunOutput

SUMMARY_LIMIT = 2048
_FIRST_READ = SUMMARY_LIMIT + 1
_LATER_READ = 32 * 1024


def summary(stdout: list[bytes], stderr: list[bytes], exit_code: int) -> RunOutput:
    """RunOutput: the first write only, 2,048 bytes of it, a broken UTF-8 sequence as U+FFFD."""
    out, out_cut = _first(stdout)
    err, err_cut = _first(stderr)
    return RunOutput(out, out_cut, err, err_cut, exit_code)


def published(writes: list[bytes]) -> bytes:
    """The published file: every write, each cut to the buffer that read it (2,049 bytes first, 32 KiB later)."""
    if not writes:
        return b""
    return writes[0][:_FIRST_READ] + b"".join(write[:_LATER_READ] for write in writes[1:])


def _first(writes: list[bytes]) -> tuple[str, bool]:
    first = writes[0] if writes else b""
    return go_text(first[:SUMMARY_LIMIT]), len(first) > SUMMARY_LIMIT


def go_text(raw: bytes) -> str:
    """Text as Go's JSON writes it: one U+FFFD for each byte that is no part of valid UTF-8."""
    text = raw.decode("utf-8", "surrogateescape")
    return "".join("\ufffd" if "\udc80" <= character <= "\udcff" else character for character in text)
