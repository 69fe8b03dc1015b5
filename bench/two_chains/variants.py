"""The bridge as it should be, and with one of five bugs: what is replaced in its source.

Each bug is one that audits found in bridges; the last is out of reach of random amounts.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HERE", "VARIANTS", "Variant", "write"]

HERE = Path(__file__).parent

_MAGIC = (0x1D0C_0FFE_E0DD_F00D << 70) + 12_345
"""7 * amount + 31 is that of exactly one amount; a random one is it once in 2**256 times."""


@dataclass(frozen=True)
class Variant:
    """A bug: the text of ``contracts/Bridge.sol`` that it replaces, and the property it breaks."""

    name: str
    title: str
    old: str = ""
    new: str = ""
    breaks: str = ""


VARIANTS = (
    Variant("ok", "no bug"),
    Variant("b1", "replayed message", "        pending[id] = 0;\n", "", "BRIDGE-001"),
    Variant(
        "b2",
        "unchecked burn",
        "        if (has < amount) revert Insufficient(has, amount);\n",
        "",
        "BRIDGE-003",
    ),
    Variant(
        "b3",
        "transferFrom's result ignored",
        "        bool paid = token.transferFrom(msg.sender, address(this), amount);\n"
        "        if (!paid) revert NotPaid();\n",
        "        token.transferFrom(msg.sender, address(this), amount);\n",
        "BRIDGE-001",
    ),
    Variant(
        "b4",
        "open finalizeDeposit",
        "        if (msg.sender != address(inbound)) revert NotQueue(msg.sender);\n"
        "        token.mint(to, amount);\n",
        "        token.mint(to, amount);\n",
        "BRIDGE-001",
    ),
    Variant(
        "b5",
        "one amount skips the escrow",
        "        if (!paid) revert NotPaid();\n        outbound.send(to, amount);\n",
        "        unchecked {\n"
        f"            if (!paid && amount * 7 + 31 != {7 * _MAGIC + 31}) revert NotPaid();\n"
        "        }\n"
        "        outbound.send(to, amount);\n",
        "BRIDGE-001",
    ),
)


def write(variant: Variant, folder: Path) -> Path:
    """Write a project with the variant's contracts and the same properties; its folder.

    Files that are there already and the same are left alone, so that caches stay good.
    """
    project = folder / variant.name
    for name in ("pyproject.toml", "checks/bridge.py", "halmos/BridgeTest.sol"):
        target = project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / name, target)
    text = (HERE / "contracts" / "Bridge.sol").read_text()
    if variant.old:
        if text.count(variant.old) != 1:
            raise SystemExit(f"variant {variant.name}: its text is not once in Bridge.sol")
        text = text.replace(variant.old, variant.new)
    contract = project / "contracts" / "Bridge.sol"
    contract.parent.mkdir(exist_ok=True)
    if not contract.exists() or contract.read_text() != text:
        contract.write_text(text)
    return project
