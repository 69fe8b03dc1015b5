"""Livepeer's escrow-and-mint bridge with stake migration: its wiring and its properties.

``system`` is the wiring; ``supply``, ``bridge``, ``staking`` and ``access`` say what must hold,
``structure`` how the source must be.
"""

from properties.escrow_mint.system import EscrowMint

__all__ = ["EscrowMint"]
