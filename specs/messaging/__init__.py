"""The transport between the two chains: what ``contracts/messaging/INTERFACE.md`` promises.

    L1 to L2    an account calls the Inbox, the ether goes to the Bridge; on L2 the environment
                submits a *ticket* to ArbRetryableTx, whose call is tried at once or later
    L2 to L1    an account calls ArbSys; after a week the environment confirms the message in the
                Outbox, and then anybody may execute it once, through the Bridge

A model with these contracts is a :class:`TwoChains`, which names them ``l1_inbox``, ``l1_bridge``,
``l1_outbox``, ``l2_arbsys`` and ``l2_retryables``.
"""

from __future__ import annotations

from specs.messaging.alias import apply_alias, undo_alias
from specs.messaging.arbsys import ArbSys, L2ToL1Tx
from specs.messaging.bridge import Bridge
from specs.messaging.chains import TRANSPORT, TwoChains, check_addresses, transport_wiring
from specs.messaging.inbox import Inbox, RetryableTicketCreated
from specs.messaging.outbox import Outbox, item_hash
from specs.messaging.retryables import LIFETIME, ArbRetryableTx, Ticket

__all__ = [
    "LIFETIME",
    "TRANSPORT",
    "ArbRetryableTx",
    "ArbSys",
    "Bridge",
    "Inbox",
    "L2ToL1Tx",
    "Outbox",
    "RetryableTicketCreated",
    "Ticket",
    "TwoChains",
    "apply_alias",
    "check_addresses",
    "item_hash",
    "transport_wiring",
    "undo_alias",
]
