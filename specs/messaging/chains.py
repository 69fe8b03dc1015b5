"""A model of two chains with the transport between them, as it is right after it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from specs.messaging.arbsys import ArbSys
from specs.messaging.bridge import Bridge
from specs.messaging.inbox import Inbox
from specs.messaging.outbox import Outbox
from specs.messaging.retryables import ArbRetryableTx
from specs.model import Decoder, Model

TRANSPORT: dict[str, type[Any]] = {
    "l1_inbox": Inbox,
    "l1_bridge": Bridge,
    "l1_outbox": Outbox,
    "l2_arbsys": ArbSys,
    "l2_retryables": ArbRetryableTx,
}
"""The contracts of the transport by name; a name begins with the chain that the contract is on."""

CHAINS = ("l1", "l2")


def transport_wiring(
    at: Mapping[str, int], *, rollup: int, arbos: int
) -> dict[str, dict[str, int]]:
    """What each contract of the transport is made with.

    Args:
        at: the contracts' addresses, by name.
        rollup: who confirms messages to L1.
        arbos: who runs the tickets on L2; both are the environment.
    """
    return {
        "l1_inbox": {"bridge": at["l1_bridge"]},
        "l1_bridge": {"inbox": at["l1_inbox"], "outbox": at["l1_outbox"]},
        "l1_outbox": {"bridge": at["l1_bridge"], "rollup": rollup},
        "l2_arbsys": {},
        "l2_retryables": {"arbos": arbos},
    }


def check_addresses(addresses: Mapping[str, int], kinds: Mapping[str, type[Any]]) -> None:
    """Refuse addresses, with ValueError, that are not one for each contract."""
    if set(addresses) != set(kinds):
        odd = ", ".join(sorted(set(addresses) ^ set(kinds)))
        raise ValueError(f"addresses must be given for exactly the contracts; see: {odd}")


class TwoChains(Model):
    """Contracts on ``l1`` and ``l2``, which are attributes by name; those of the transport among
    them."""

    l1_inbox: Inbox
    l1_bridge: Bridge
    l1_outbox: Outbox
    l2_arbsys: ArbSys
    l2_retryables: ArbRetryableTx

    @classmethod
    def made(
        cls,
        kinds: Mapping[str, type[Any]],
        wiring: Mapping[str, Mapping[str, int]],
        *,
        decoder: Decoder,
        addresses: Mapping[str, int],
        ether: Mapping[str, Mapping[int, int]] | None,
    ) -> Self:
        """The model with contracts of some kinds, each made with its wiring.

        ``ether`` is what accounts own: chain to address to wei.
        """
        made = cls(decoder=decoder)
        made.ether = {chain: dict((ether or {}).get(chain, {})) for chain in CHAINS}
        for name, kind in kinds.items():
            made.add(kind(made, name, name[:2], addresses[name], **wiring[name]))
        return made
