"""The bank of ``tests/fixtures/prove``, its variants with a bug each, and ways to judge them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from harness.compiled import CompiledSystem, compile_system
from harness.judges.prove.induction import Induction
from harness.judges.prove.local import prove_here
from harness.property import Property
from harness.targets import Target, load_targets
from tests.modules import forget

ROOT = Path(__file__).parents[2] / "fixtures" / "prove"


@dataclass(frozen=True)
class Variant:
    """A bug: the text that it replaces in a contract, and what it breaks."""

    name: str
    file: str
    old: str
    new: str
    breaks: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


VARIANTS = (
    Variant(
        "anybody-mints",
        "Token.sol",
        "        if (msg.sender != owner) revert NotOwner(msg.sender);\n",
        "",
        ("BANK-010",),
    ),
    Variant(
        "no-allowance-needed",
        "Token.sol",
        "        if (amount > allowed) revert TooMuch(amount, allowed);\n",
        "        if (amount > allowed) allowed = amount;\n",
        ("BANK-002", "BANK-011"),
    ),
    Variant(
        "self-transfer",
        "Token.sol",
        "            balanceOf[from] = has - amount;\n            balanceOf[to] += amount;\n",
        "            balanceOf[from] = has - amount;\n        }\n"
        "        uint256 other = from == to ? has : balanceOf[to];\n        {\n"
        "            balanceOf[to] = other + amount;\n",
        ("BANK-001",),
    ),
    Variant(
        "forgotten-withdrawal",
        "Vault.sol",
        "            deposits[msg.sender] = has - amount;\n",
        "            has - amount;\n",
        ("BANK-003",),
    ),
    Variant(
        "one-amount-is-not-burned",
        "Token.sol",
        "            balanceOf[msg.sender] = has - amount;\n            totalSupply -= amount;\n",
        "            if (amount * 31 + 5 != 24030) "
        "balanceOf[msg.sender] = has - amount;\n            totalSupply -= amount;\n",
        ("BANK-001",),
    ),
    Variant(
        "overflowing-mint",
        "Token.sol",
        "        totalSupply += amount;\n        unchecked {\n",
        "        unchecked {\n            totalSupply += amount;\n",
        ("BANK-001",),
    ),
    Variant(
        "reentrant-books",
        "Vault.sol",
        '        (bool paid,) = to.call{value: msg.value}("");\n',
        '        total += 1;\n        (bool paid,) = to.call{value: msg.value}("");\n'
        "        total -= 1;\n",
        ("BANK-003",),
    ),
    Variant(
        "something-new",
        "Vault.sol",
        "        if (!paid) revert NotPaid();\n",
        "        if (!paid) revert NotPaid();\n        new Copy();\n",
        ("BANK-001", "BANK-010"),
    ),
)
"""The last one is no bug: it uses what the machine does not support."""


@cache
def target() -> Target:
    """The bank with its properties."""
    forget("checks")
    [found] = load_targets([str(ROOT / "checks")], ROOT)
    return found


@cache
def compiled(variant: Variant | None = None) -> CompiledSystem:
    """The bank, or a variant of it, compiled."""
    if variant is None:
        return compile_system(target().system, ROOT)
    return compile_system(target().system, copy_of(variant, Path(mkdtemp())))


def copy_of(variant: Variant, folder: Path) -> Path:
    """A project with a variant's contracts and the same properties."""
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    path = folder / "contracts" / variant.file
    text = path.read_text()
    assert text.count(variant.old) == 1, variant.name
    path.write_text(text.replace(variant.old, variant.new) + _MORE)
    return folder


_MORE = "\ncontract Copy {}\n"


def properties(*names: str) -> tuple[Property, ...]:
    """Some of the bank's properties; all of them for no names."""
    return tuple(each for each in target().properties if not names or each.id in names)


@cache
def judged(variant: Variant | None = None) -> Induction:
    """The induction over the bank or a variant of it."""
    return prove_here(compiled(variant), properties())


def proves(variant: Variant | None, name: str, *others: str) -> bool:
    """Whether one property is proved, with the help of no others but those named."""
    return prove_here(compiled(variant), properties(name, *others)).is_proved(name)
