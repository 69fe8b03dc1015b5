"""What the source of the messaging contracts must be like, for every system that they carry."""

from __future__ import annotations

from typing import Any

from harness.structure import Claim, Structure, every

__all__ = ["books_of_messages", "doors_of_messaging", "messaging_calls_last"]


def books_of_messages(code: Structure[Any], s: type[Any]) -> Claim:
    """Who writes the numbers of messages, tickets, and what is spent."""
    return every(
        code[s.l1_inbox].written_by({}),
        code[s.l1_bridge].written_by(
            {"delayedMessageCount": ["enqueueDelayedMessage"], "activeOutbox": ["executeCall"]}
        ),
        code[s.l1_outbox].written_by(
            {
                "itemHashes": ["confirm"],
                "isSpent": ["executeTransaction"],
                "l2ToL1Sender": ["executeTransaction"],
            }
        ),
        code[s.l2_arbsys].written_by({"sendCount": ["sendTxToL1"]}),
        code[s.l2_retryables].written_by(
            {
                "nextMessageNum": ["submitRetryable"],
                "tickets": [
                    "submitRetryable",
                    "redeem",
                    "finishRedeem",
                    "keepalive",
                    "cancel",
                    "expire",
                ],
                "redeemQueue": ["submitRetryable", "redeem"],
                "redeemTail": ["submitRetryable", "redeem"],
                "redeemHead": ["finishRedeem"],
                "claimable": ["submitRetryable", "cancel", "expire", "claim"],
            }
        ),
    )


def doors_of_messaging(code: Structure[Any], s: type[Any]) -> Claim:
    """Who may enqueue, confirm, execute and redeem messages, and that each is executed once."""
    bridge, outbox, tickets = code[s.l1_bridge], code[s.l1_outbox], code[s.l2_retryables]
    return every(
        bridge.requires("enqueueDelayedMessage", "msg.sender == inbox"),
        bridge.requires("executeCall", "msg.sender == outbox"),
        outbox.requires("confirm", "msg.sender == rollup"),
        outbox.requires("confirm", "itemHashes[index] == 0"),
        outbox.requires("executeTransaction", "itemHashes[index] != 0"),
        outbox.requires("executeTransaction", "!isSpent[index]"),
        outbox.requires(
            "executeTransaction",
            "itemHashes[index] == calculateItemHash(index,l2Sender,to,value,data)",
            "itemHashes[index] == keccak256(abi.encode(index,l2Sender,to,value,data))",
        ),
        tickets.guarded_by("onlyArbOS", "submitRetryable", "finishRedeem"),
        tickets.requires("submitRetryable", "msg.sender == arbos"),
        tickets.requires("submitRetryable", "messageNum == nextMessageNum"),
        tickets.requires("finishRedeem", "msg.sender == arbos"),
        tickets.requires("finishRedeem", "redeemQueue[redeemHead] == id"),
        tickets.requires("redeem", "!_living(id).redeeming"),
        tickets.requires("cancel", "msg.sender == _living(id).beneficiary"),
        tickets.requires("cancel", "!tickets[id].redeeming"),
        tickets.requires("expire", "!tickets[id].redeeming"),
        tickets.requires("expire", "tickets[id].timeout != 0"),
    )


def messaging_calls_last(code: Structure[Any], s: type[Any]) -> Claim:
    """Checks, effects, interactions: storage is written before other accounts are called.

    Three variables are written later, on purpose: ``activeOutbox`` and ``l2ToL1Sender`` are put
    back to what they were before the call, and ``claimable`` credits a payment that failed.
    """
    return every(
        code[s.l1_inbox].effects_first(),
        code[s.l1_bridge].effects_first(besides={"activeOutbox": ["executeCall"]}),
        code[s.l1_outbox].effects_first(besides={"l2ToL1Sender": ["executeTransaction"]}),
        code[s.l2_arbsys].effects_first(),
        code[s.l2_retryables].effects_first(
            besides={"claimable": ["submitRetryable", "cancel", "expire"]}
        ),
    )
