"""What a path knows of the code of accounts: known accounts exactly, others by functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.symbolic.terms import Function, Int, compare, const, ite
from harness.symbolic.terms.node import CONST

if TYPE_CHECKING:
    from harness.symbolic.machine.path import Path

__all__ = ["CODE_SIZE", "code_hash", "code_size"]

CODE_SIZE: Final = "codesize@"
"""How the name of a chain's function from address to code size begins."""

_LARGEST_CODE: Final = 24_576


def code_size(path: Path, address: Int) -> Int:
    """The size of an account's code in bytes."""
    chain = path.setting.chain
    found: Int = Function(f"{CODE_SIZE}{chain}{path.state.era}", 1, 0, _LARGEST_CODE)(address)
    if address.op == CONST:
        account = path.setting.accounts.get(address.data)
        return found if account is None else const(len(account.code))
    for account in path.setting.accounts.values():
        here = compare.eq(address, const(account.address))
        found = ite(here, const(len(account.code)), found)
    return found


def code_hash(path: Path, address: Int) -> Int:
    """The hash of an account's code: 0 for an account that does not exist."""
    path.flag("hashes of unknown code are an unknown function of the address")
    found: Int = Function(f"codehash@{path.setting.chain}{path.state.era}", 1)(address)
    for account in path.setting.accounts.values():
        here = compare.eq(address, const(account.address))
        found = ite(here, const(path.machine.hashes.note(account.code)), found)
    return found
