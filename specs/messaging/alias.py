"""Aliases: the address under which a sender of L1 acts on L2.

A contract's owner on L1 need not own the same address on L2, so a message from L1 never acts under
the sender's own address there.
"""

from __future__ import annotations

OFFSET = 0x1111000000000000000000000000000000001111
ADDRESSES = 2**160


def apply_alias(l1_address: int) -> int:
    """The address on L2 of a sender on L1; it wraps around.

    >>> hex(apply_alias(1))
    '0x1111000000000000000000000000000000001112'
    """
    return (l1_address + OFFSET) % ADDRESSES


def undo_alias(l2_address: int) -> int:
    """The sender on L1 behind an alias.

    >>> undo_alias(apply_alias(7))
    7
    """
    return (l2_address - OFFSET) % ADDRESSES
