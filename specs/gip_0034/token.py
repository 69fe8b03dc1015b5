"""GRT on either chain.  All amounts are in the token's smallest unit (GRT wei, 1e18 per token)."""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.gip_0034.layer import LayerContract
from specs.model import Call, Parameter, require, transition
from specs.tokens import LivepeerToken


@dataclass(kw_only=True)
class GraphToken(LayerContract, LivepeerToken):
    """An ERC-20 that a list of ``minters`` may make, and that every owner may burn.

    What it shares with Livepeer's token is what both have from OpenZeppelin; that token's single
    minter and burner are nobody here.
    """

    minter: Parameter[int] = field(default=0, init=False)
    burner: Parameter[int] = field(default=0, init=False)
    controller: Parameter[int]
    minters: dict[int, bool] = field(default_factory=dict)

    @transition
    def set_minter(self, call: Call, account: int, allowed: bool) -> None:
        """Say who may make tokens; only for the governor."""
        self.require_governor(call)
        self.minters[account] = allowed
        self.emit("MinterSet")

    @transition
    def mint(self, call: Call, to: int, amount: int) -> None:
        """Make tokens, or none; only for minters."""
        require(self.minters.get(call.sender, False), "OnlyMinter")
        self.issue(to, amount)
        self.emit("TokensMinted", amount=amount)

    @transition
    def burn(self, call: Call, amount: int) -> None:
        """Burn tokens of the caller."""
        self.destroy(call.sender, amount)

    @transition
    def burn_from(self, call: Call, owner: int, amount: int) -> None:
        """Burn tokens of ``owner``, who allowed the caller to take at least so many."""
        self.spend_allowance(owner, call.sender, amount)
        self.destroy(owner, amount)

    def destroy(self, owner: int, amount: int) -> None:
        """Burn tokens of an account that has so many."""
        self.take(owner, amount)
        self.total_supply -= amount
        self.emit("Transfer", value=amount)
        self.emit("TokensBurned", amount=amount)
