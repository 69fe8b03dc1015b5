"""Invariant Harness: invariants of smart-contract systems, written once, judged by every engine.

    from harness import System, chain_at, contract, invariant

``harness.system`` declares systems, ``harness.property`` declares what must hold of them, and
``harness.view`` is what a property sees.  ``docs/architecture.md`` is the map of the rest.
"""

from __future__ import annotations

from harness.address import Address
from harness.lemma import Lemma, lemma
from harness.loop import Items, Loop, loop
from harness.property import (
    Bounded,
    Number,
    Property,
    bound,
    invariant,
    refinement,
    rule,
    structure,
    summary,
    transition,
)
from harness.specification import Specification
from harness.step import CallStep, ClockStep, RelayStep
from harness.structure import Claim, Structure
from harness.system import (
    Deployment,
    System,
    actor,
    chain_at,
    contract,
    event_total,
    messages,
    trusted,
    user,
)
from harness.transport import Action, Announced, Channel, Event, Noted, Relayer, Transport
from harness.verdict import JudgeName, Result, Verdict
from harness.view import CallView
from harness.world import Message, MessageStatus, Place, World

__all__ = [
    "Action",
    "Address",
    "Announced",
    "Bounded",
    "CallStep",
    "CallView",
    "Channel",
    "Claim",
    "ClockStep",
    "Deployment",
    "Event",
    "Items",
    "JudgeName",
    "Lemma",
    "Loop",
    "Message",
    "MessageStatus",
    "Noted",
    "Number",
    "Place",
    "Property",
    "RelayStep",
    "Relayer",
    "Result",
    "Specification",
    "Structure",
    "System",
    "Transport",
    "Verdict",
    "World",
    "actor",
    "bound",
    "chain_at",
    "contract",
    "event_total",
    "invariant",
    "lemma",
    "loop",
    "messages",
    "refinement",
    "rule",
    "structure",
    "summary",
    "transition",
    "trusted",
    "user",
]
