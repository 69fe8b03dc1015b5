"""How fast the compile room is: compiling contracts/, loading it from the cache, ABI coding.

$ python bench/compile.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from eth_abi import abi as eth_abi

from harness.compile import AbiType, compile_sources, decode, encode
from harness.compile.abi_codec import decoder_of, encoder_of

ROOT = Path(__file__).parents[1]
REPEATS = 20_000


def seconds(action: Callable[[], object], repeats: int = 1) -> float:
    """Mean duration of `action` in seconds."""
    start = time.perf_counter()
    for _ in range(repeats):
        action()
    return (time.perf_counter() - start) / repeats


def main() -> None:
    """Prints one measurement per line."""
    contracts = ROOT / "contracts"
    cold = seconds(lambda: compile_sources(contracts, use_cache=False))
    build = compile_sources(contracts)
    warm = seconds(lambda: compile_sources(contracts), 5)
    trees = seconds(lambda: len(compile_sources(contracts).sources.asts))
    print(f"{len(build)} artifacts, {len(build.deployable)} of them deployable")
    print(f"compile without cache    {cold:8.3f} s")
    print(f"load from the cache      {warm:8.3f} s")
    print(f"load with syntax trees   {trees:8.3f} s")

    names = ["address", "uint256", "bool"]
    types = tuple(AbiType.parse(name) for name in names)
    values = (0xB0B, 10**18, True)
    theirs = (f"0x{0xB0B:040x}", 10**18, True)
    data = encode(types, values)
    assert data == eth_abi.encode(names, theirs)
    assert decode(types, data) == values
    encoder, decoder = encoder_of(types), decoder_of(types)
    rows: list[tuple[str, Callable[[], object]]] = [
        ("encode 3 words", lambda: encoder(values)),
        ("  the same by eth_abi", lambda: eth_abi.encode(names, theirs)),
        ("decode 3 words", lambda: decoder(data)),
        ("  the same by eth_abi", lambda: eth_abi.decode(names, data)),
    ]
    for label, action in rows:
        print(f"{label:<24} {seconds(action, REPEATS) * 1e6:8.2f} us")


if __name__ == "__main__":
    main()
