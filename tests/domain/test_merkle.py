"""The Merkle tree: against the roots of the reference implementation, and against itself for every size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merkle import CompactRange, ProvingTree, inclusion_proof, leaf_hash, proven_root, root_of

LEAVES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The leaves that Certificate Transparency's own implementations are tested with."""

ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Their roots, of the first 0 to 8 of them."""

FIRST_OF_EIGHT = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
"""Their proof that the first leaf is among the eight."""

HASHES = [leaf_hash(each) for each in LEAVES]


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_one_that_every_implementation_finds(size: int) -> None:
    """RFC 6962's hashing, leaf by leaf."""
    assert root_of(HASHES[:size]).hex() == ROOTS[size]


def test_a_proof_is_the_one_that_every_implementation_makes() -> None:
    """The sibling comes first."""
    assert tuple(each.hex() for each in inclusion_proof(0, HASHES)) == FIRST_OF_EIGHT


@given(st.integers(1, 200), st.data())
def test_a_proof_leads_from_its_leaf_to_the_root_and_from_no_other_place(size: int, data: st.DataObject) -> None:
    """Of a tree of any size; a proof that is cut, longer or for another leaf leads elsewhere."""
    hashes = [leaf_hash(bytes([each])) for each in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(index, hashes), root_of(hashes)
    assert proven_root(hashes[index], index, size, proof) == root
    assert proven_root(leaf_hash(b"another"), index, size, proof) != root
    assert proven_root(hashes[index], index, size, (*proof, root)) != root
    assert proven_root(hashes[index], index, size, proof[:-1]) != root or size == 1
    other = data.draw(st.integers(-1, size).filter(lambda each: each != index))
    assert proven_root(hashes[index], other, size, proof) != root


def test_a_tree_keeps_a_hash_for_each_bit_of_its_size() -> None:
    """400,000 leaves are kept as 7 hashes, from which the tree goes on as if it had them all."""
    whole, resumed = CompactRange(), CompactRange()
    for number in range(1_000):
        whole.append(leaf_hash(str(number).encode()))
        resumed = CompactRange(resumed.size, list(resumed.hashes))
        resumed.append(leaf_hash(str(number).encode()))
        assert resumed.root == whole.root
        assert whole.whole
    assert len(whole.hashes) == (1_000).bit_count()


@given(st.integers(1, 200), st.data())
def test_a_tree_that_has_grown_proves_by_the_root_that_it_had(size: int, data: st.DataObject) -> None:
    """A checkpoint may be of fewer leaves than were read since."""
    tree, hashes = ProvingTree(), [leaf_hash(bytes([each])) for each in range(200)]
    for each in hashes:
        tree.append(each)
    index = data.draw(st.integers(0, size - 1))
    assert (tree.size, tree.leaf(index), tree.root(size)) == (200, hashes[index], root_of(hashes[:size]))
    assert proven_root(hashes[index], index, size, tree.proof(index, size)) == root_of(hashes[:size])
