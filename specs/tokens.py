"""The Livepeer token: an ERC-20 of which one contract may make more and one may burn.

All amounts are in the token's smallest unit (LPT wei, 1e18 per token).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from specs.fields import label
from specs.model import (
    MAX_UINT256,
    Call,
    Contract,
    Parameter,
    require,
    step,
    transition,
    uint256,
)


@dataclass(kw_only=True)
class LivepeerToken(Contract):
    """Who has how much (``balances``) and may take how much from whom (``allowances``).

    ``allowances`` maps (owner, spender) to an amount; ``2**256 - 1`` never runs out.  ``minter``
    alone makes tokens, ``burner`` alone burns them; 0 stands for nobody.
    """

    minter: Parameter[int]
    burner: Parameter[int]
    balances: dict[int, int] = field(default_factory=dict, metadata=label("_balances"))
    allowances: dict[tuple[int, int], int] = field(
        default_factory=dict, metadata=label("_allowances")
    )
    total_supply: int = field(default=0, metadata=label("_totalSupply"))

    @transition
    def transfer(self, call: Call, to: int, amount: int) -> bool:
        """Move the caller's tokens."""
        self.move(call.sender, to, amount)
        return True

    @transition
    def approve(self, call: Call, spender: int, amount: int) -> bool:
        """Let ``spender`` take up to ``amount`` of the caller's tokens from now on."""
        self.allow(call.sender, spender, amount)
        self.emit("Approval", value=amount)
        return True

    @transition
    def transfer_from(self, call: Call, owner: int, to: int, amount: int) -> bool:
        """Move tokens of ``owner``, who allowed the caller at least so many."""
        self.spend_allowance(owner, call.sender, amount)
        self.move(owner, to, amount)
        return True

    @transition
    def mint(self, call: Call, to: int, amount: int) -> None:
        """Make tokens; only for the minter."""
        require(call.sender == self.minter, "OnlyMinter")
        self.issue(to, amount)

    @transition
    def burn_from(self, call: Call, owner: int, amount: int) -> None:
        """Burn tokens of ``owner``, who allowed it to the caller; only for the burner."""
        require(call.sender == self.burner, "OnlyBurner")
        self.spend_allowance(owner, call.sender, amount)
        self.take(owner, amount)
        self.total_supply -= amount
        self.emit("Transfer", value=amount)

    def balance_of(self, account: int) -> int:
        """The tokens of an account."""
        return self.balances.get(account, 0)

    def issue(self, to: int, amount: int) -> None:
        """Make tokens for ``to``: the supply must fit into 256 bits."""
        require(to != 0, "ERC20InvalidReceiver")
        self.total_supply = uint256(self.total_supply + amount)
        self.balances[to] = self.balance_of(to) + amount
        self.emit("Transfer", value=amount)

    def move(self, owner: int, to: int, amount: int) -> None:
        """Move tokens between two accounts, which may be the same."""
        require(owner != 0, "ERC20InvalidSender")
        require(to != 0, "ERC20InvalidReceiver")
        self.take(owner, amount)
        self.balances[to] = self.balance_of(to) + amount
        self.emit("Transfer", value=amount)

    def take(self, owner: int, amount: int) -> None:
        """Take tokens from an account that has so many."""
        balance = self.balance_of(owner)
        require(balance >= amount, "ERC20InsufficientBalance")
        self.balances[owner] = balance - amount

    def allow(self, owner: int, spender: int, amount: int) -> None:
        """Set an allowance."""
        require(owner != 0, "ERC20InvalidApprover")
        require(spender != 0, "ERC20InvalidSpender")
        self.allowances[owner, spender] = amount

    @step
    def spend_allowance(self, owner: int, spender: int, amount: int) -> None:
        """Use up some of an allowance, unless it is infinite."""
        allowance = self.allowances.get((owner, spender), 0)
        if allowance != MAX_UINT256:
            require(allowance >= amount, "ERC20InsufficientAllowance")
            self.allow(owner, spender, allowance - amount)
