"""Functions, events, errors and reverts, checked by calls of a contract that runs."""

from __future__ import annotations

import pytest

from harness.compile import Artifact, Build, explain_revert, keccak256
from harness.errors import DecodingError, EncodingError, LookupProblem

from .evm import SENDER, Evm, Returned

MAGIC = 123456789012345678901234567890


@pytest.fixture
def deployed(build: Build, calls: Artifact) -> tuple[Evm, int]:
    evm = Evm()
    library = evm.deploy(build["Doubling"].init_with())
    return evm, evm.deploy(calls.init_with(links={"Doubling": library}))


def run(deployed: tuple[Evm, int], artifact: Artifact, name: str, *arguments: object) -> Returned:
    evm, address = deployed
    return evm.call(address, artifact.abi.function(name).encode_call(*arguments))


def test_call_and_return(deployed: tuple[Evm, int], calls: Artifact) -> None:
    returned = run(deployed, calls, "add(uint256)", 5)
    assert calls.abi.function("add(uint256)").decode_outputs(returned.data) == (5,)
    returned = run(deployed, calls, "addTwice", 5)
    assert calls.abi.function("addTwice").decode_outputs(returned.data) == (15,)


def test_structs_arrays_and_strings(deployed: tuple[Evm, int], calls: Artifact) -> None:
    order = (0xB0B, (1, 2**64 - 1), "nöte")
    returned = run(deployed, calls, "orders", (order,), b"i" * 32)
    assert calls.abi.function("orders").decode_outputs(returned.data) == (order, b"i" * 32)
    kind = calls.abi.function("orders").inputs[0].type
    assert kind.name == "(address,uint64[],string)[]"
    assert kind.internal_type == "struct Calls.Order[]"
    assert kind.item is not None
    assert [component.name for component in kind.item.components] == ["maker", "amounts", "note"]


def test_selectors_agree_with_the_compiler(build: Build) -> None:
    for artifact in build.values():
        ours = {f.signature: f.selector.hex() for f in artifact.abi.functions}
        if artifact.kind != "library":
            assert ours == artifact.method_identifiers


def test_events(deployed: tuple[Evm, int], calls: Artifact) -> None:
    returned = run(deployed, calls, "add(uint256)", 5)
    ((topics, data),) = returned.logs
    event = calls.abi.decode_event(topics, data)
    assert event is not None
    assert event.name == "Added"
    assert event.values == (SENDER, keccak256(b"name"), 5)
    assert event["amount"] == 5
    assert topics[0] == calls.abi.event("Added").topic0
    with pytest.raises(LookupProblem, match="use one of: amount, name, who"):
        event["amounts"]


def test_unknown_events_are_none_and_wrong_ones_raise(calls: Artifact) -> None:
    added = calls.abi.event("Added")
    assert calls.abi.decode_event((), b"") is None
    assert calls.abi.decode_event((bytes(32),), b"") is None
    assert calls.abi.decode_event((added.topic0,), b"") is None
    with pytest.raises(DecodingError, match="0 topics where"):
        added.decode((added.topic0,), b"")


@pytest.mark.parametrize(
    ("call", "kind", "meaning"),
    [
        (("add(uint256)", 0), "error", "reverted: nothing"),
        (("add(uint256)", MAGIC), "custom", f"TooMuch(amount={MAGIC}, who=0x{SENDER:040x})"),
        (("halve", 0), "panic", "Panic(0x12): division or modulo by zero"),
    ],
)
def test_reverts(
    deployed: tuple[Evm, int],
    calls: Artifact,
    call: tuple[str, int],
    kind: str,
    meaning: str,
) -> None:
    returned = run(deployed, calls, *call)
    assert not returned.ok
    revert = explain_revert(returned.data, calls.abi)
    assert (revert.kind, str(revert)) == (kind, meaning)


def test_reverts_that_fit_nothing() -> None:
    assert explain_revert(b"").kind == "empty"
    assert explain_revert(b"\x01\x02\x03").meaning == "reverted with unknown data 0x010203"
    truncated = bytes.fromhex("4e487b71") + bytes(31)
    assert explain_revert(truncated).kind == "unknown"


def test_lookup(calls: Artifact) -> None:
    with pytest.raises(LookupProblem, match=r"add\(uint256\), add\(uint256,address\)"):
        calls.abi.function("add")
    with pytest.raises(LookupProblem, match="no function named 'totals'"):
        calls.abi.function("totals")
    assert calls.abi.function("add(uint256,address)").is_payable
    assert calls.abi.function("total").is_view
    assert calls.abi.has_receive
    assert calls.abi.fallback is None
    assert calls.abi.by_selector[calls.abi.function("halve").selector].name == "halve"


def test_call_data_round_trip(calls: Artifact) -> None:
    halve = calls.abi.function("halve")
    assert halve.decode_call(halve.encode_call(7)) == (7,)
    assert halve.decode_outputs(halve.encode_outputs(14)) == (14,)
    with pytest.raises(DecodingError, match="not the selector"):
        halve.decode_call(bytes(36))
    with pytest.raises(EncodingError):
        halve.encode_call(256)
    error = calls.abi.error("TooMuch")
    assert error.decode(error.encode(1, 2)) == (1, 2)
