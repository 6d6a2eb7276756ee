"""CIDs equal those of kubo 0.43.0, and trees can be read back."""

from __future__ import annotations

import json
import random

import pytest
from standin import DEVNET

from compute import dagread, output, unixfs
from compute.unixfs import Blocks, Symlink, Tree

FIXTURES = DEVNET / "fixtures" / "bacalhau" / "ipfs"
RECORDED = sorted(path.stem for path in FIXTURES.glob("ipfs-files-*.json"))


def cid(tree: Tree) -> str:
    return unixfs.cid_text(unixfs.add_tree(tree, Blocks()).multihash)


@pytest.mark.parametrize("case", RECORDED)
def test_recorded_tree_has_its_cid(case: str) -> None:
    step = json.loads((FIXTURES / f"{case}.json").read_text())["steps"][0]
    tree: Tree = {name: content.encode() for name, content in step["contents"].items()}
    assert sorted(tree) == step["links"]
    assert cid(tree) == step["cid"]


def test_recorded_folder_has_its_cids_and_sizes() -> None:
    step = json.loads((FIXTURES / "ipfs-result-tree.json").read_text())["steps"][-1]
    contents = {name: text.encode() for name, text in step["contents"].items()}
    answer = contents.pop("outputs/answer.txt")
    tree: Tree = {**contents, "outputs": {"answer.txt": answer}}
    assert cid(tree) == step["cid"]
    blocks = Blocks()
    unixfs.add_tree(tree, blocks)
    for link in step["tree"]:
        assert unixfs.cid_multihash(link["Hash"]) in blocks.by_hash


def test_empty_folder_has_its_well_known_cid() -> None:
    assert cid({}) == "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"),
        (b"hello world\n", "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"),
    ],
)
def test_known_files(content: bytes, expected: str) -> None:
    assert unixfs.cid_text(unixfs.add_file(content, Blocks()).multihash) == expected


@pytest.mark.parametrize("size", [0, 1, unixfs.CHUNK, unixfs.CHUNK + 1, 3 * unixfs.CHUNK, 175 * unixfs.CHUNK + 5])
def test_files_of_any_size_can_be_read_back(size: int) -> None:
    content = random.Random(size).randbytes(size)
    blocks = Blocks()
    link = unixfs.add_file(content, blocks)
    assert link.content == size
    assert dagread.read(blocks, link.multihash) == content


def test_tree_can_be_read_back() -> None:
    tree: Tree = {"b": b"x", "a": {"æ": b"", "link": Symlink(b"../b")}, "empty": {}}
    blocks = Blocks()
    assert dagread.read(blocks, unixfs.add_tree(tree, blocks).multihash) == tree


@pytest.mark.parametrize(
    "text", ["", "Qm", "not-a-cid", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", "Q" * 99]
)
def test_other_texts_are_no_cid(text: str) -> None:
    assert unixfs.cid_multihash(text) is None


def test_cid_text_goes_both_ways() -> None:
    multihash = b"\x12\x20" + bytes(range(32))
    assert unixfs.cid_multihash(unixfs.cid_text(multihash)) == multihash


@pytest.mark.parametrize(
    ("writes", "kept"),
    [
        ([], b""),
        ([b"one\n", b"two"], b"one\ntwo"),
        ([b"a" * 5000], b"a" * 2049),
        ([b"a", b"b" * 40000, b"c"], b"a" + b"b" * 32768 + b"c"),
    ],
)
def test_published_output_loses_the_tails_of_long_writes(writes: list[bytes], kept: bytes) -> None:
    assert output.published(writes) == kept
