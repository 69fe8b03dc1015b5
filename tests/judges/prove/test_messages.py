"""Messages in flight: what is proved of them on a toy mail, and what a bug in it takes away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

import pytest

from harness import CallView, Number, System, messages, transition
from harness.chain.deployment import deploy_world
from harness.compiled import CompiledSystem, compile_system
from harness.errors import LookupProblem
from harness.judges.prove.assumed import Assumed
from harness.judges.prove.endings import Ending, Executor
from harness.judges.prove.induction import Induction
from harness.judges.prove.local import prove_here
from harness.judges.prove.report import STRUCTURE, Failure, Proof
from harness.judges.prove.session import Session
from harness.judges.prove.units import units_of
from harness.property import Kind, Property
from harness.symbolic.machine import Setting, UnknownCode, Unsupported
from harness.symbolic.solve import Counterexample, Proved, Query, check
from harness.symbolic.terms import term_scope, word_var
from harness.symbolic.values import SymBool, SymInt, bool_term
from harness.symbolic.world import DeployedWorld
from harness.system import MessagesDecl
from harness.targets import Target, load_targets
from harness.world import MessageKind

ROOT = Path(__file__).parents[2] / "fixtures" / "prove"


@dataclass(frozen=True)
class Bug:
    """The text that it replaces in the contracts, and what is not to be proved of which unit."""

    name: str
    old: str
    new: str
    unit: str
    breaks: str

    def __str__(self) -> str:
        return self.name


BUGS = (
    Bug(
        "a letter stays after it was delivered",
        "        if (success) letters[number].here = false;\n",
        "",
        "box.finish(uint256,bool)",
        "MAIL-011",
    ),
    Bug(
        "anybody credits",
        "        if (msg.sender != bank) revert NotBank();\n",
        "",
        "counter.credit(uint256)",
        "MAIL-001",
    ),
    Bug(
        "anybody hands in",
        "        if (msg.sender != carrier) revert NotCarrier();\n        if (number != arrived)",
        "        if (number != arrived)",
        "box.handIn(uint256,address,address)",
        "MAIL-011",
    ),
    Bug(
        "a letter is opened while it is open",
        "if (!letter.here || letter.busy) revert NotHere();\n        letter.busy = true;",
        "if (!letter.here) revert NotHere();\n        letter.busy = true;",
        "box.open(uint256)",
        "MAIL-011",
    ),
    Bug(
        "numbers are used again",
        "        emit Posted(count++, msg.sender, to, data);\n",
        "        emit Posted(count / 2, msg.sender, to, data);\n        count++;\n",
        "bank.lock(uint256)",
        "MAIL-001",
    ),
    Bug(
        "a letter says less than was locked",
        "abi.encodeCall(Counter.credit, (amount))",
        "abi.encodeCall(Counter.credit, (amount / 2))",
        "bank.lock(uint256)",
        "MAIL-001",
    ),
    Bug(
        "a receipt is paid twice",
        "        spent[number] = true;\n",
        "",
        "gate.execute(uint256,uint256)",
        "MAIL-012",
    ),
    Bug(
        "anybody confirms",
        "msg.sender != notary || confirmed",
        "confirmed",
        "gate.confirm(uint256,bytes32)",
        "MAIL-012",
    ),
    Bug(
        "the digest leaves out the amount",
        "        bytes32 digest = keccak256(abi.encode(number, counter, address(this), data));\n",
        "        bytes32 digest = confirmed[number];\n        if (digest == 0) revert Refused();\n",
        "gate.execute(uint256,uint256)",
        "MAIL-002",
    ),
)


@cache
def target() -> Target:
    """The mail with its properties."""
    return next(t for t in load_targets([str(ROOT / "letters")], ROOT) if t.name == "letters")


def declared() -> Any:
    """The mail as it is declared."""
    return target().system


def view(world: Any) -> Any:
    """The mail in a world."""
    return target().system(world)


@cache
def newborn() -> Target:
    """The mail before anything was sent: what is false there is not shown by any base case."""
    targets = load_targets([str(ROOT / "letters")], ROOT)
    found = next(each for each in targets if each.name == "new_letters")
    properties = tuple(replace(each, system=found.system) for each in target().properties)
    return replace(found, properties=properties)


@cache
def compiled(bug: Bug | None = None) -> CompiledSystem:
    """The mail, or the newborn mail with a bug."""
    if bug is None:
        return compile_system(target().system, ROOT)
    folder = Path(mkdtemp())
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    path = folder / "contracts" / "Post.sol"
    text = path.read_text()
    assert text.count(bug.old) == 1, bug.name
    path.write_text(text.replace(bug.old, bug.new))
    return compile_system(newborn().system, folder)


@cache
def mail() -> Induction:
    """The induction over the mail."""
    return prove_here(compiled(), target().properties)


def test_the_mail_is_proved() -> None:
    failed = {
        each.id: mail().failures(each.id) or mail().base.get(each.id)
        for each in target().properties
        if not mail().is_proved(each.id)
    }
    assert failed == {}


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_what_a_bug_breaks_is_not_proved(bug: Bug) -> None:
    """Not even from all invariants, most of which hold no more."""
    session = Session(compiled(bug), newborn().properties)
    by_name = {each.id: each for each in newborn().properties}
    invariants = [each.id for each in newborn().properties if each.kind is Kind.INVARIANT]
    assumed = Assumed.of(invariants, by_name)
    broken = by_name[bug.breaks]
    assert isinstance(session.base(broken)[0], Proof)
    report = session.prover.unit(session.units[bug.unit], [broken], assumed)
    assert isinstance(report.goals[STRUCTURE], Proof)
    assert isinstance(report.goals[broken.id], Failure)


def test_without_the_laws_of_the_mail_exactly_once_is_not_proved() -> None:
    only = [each for each in target().properties if each.id in ("MAIL-001", "MAIL-002")]
    induction = prove_here(compiled(), only)
    assert "counter.credit(uint256)" in {u for u, _ in induction.failures("MAIL-001")}
    assert "gate.execute(uint256,uint256)" in {u for u, _ in induction.failures("MAIL-002")}


def test_a_delivery_and_its_call_are_one_to_a_transition() -> None:
    @transition("MAIL-021", severity="low", source="test")
    def nothing_is_ever_delivered(before: System, call: CallView, after: System, i: Number) -> bool:
        """No call delivers a letter."""
        return bool(before.message("down", i).delivered == after.message("down", i).delivered)

    made = cast(Property, nothing_is_ever_delivered)
    wrong = replace(made, system=target().system)
    induction = prove_here(compiled(), (wrong,))
    failing = {unit for unit, _ in induction.failures("MAIL-021")}
    assert {"counter.credit(uint256)", "outside@l2", "box.open(uint256)"} <= failing
    assert not any(unit.startswith(("bank.", "office.", "gate.")) for unit in failing)


# What is refused


def ask(asked: MessagesDecl, ending: str = "counter.credit(uint256)") -> Any:
    """The number of messages of a kind in flight, after a call in a system that declares it."""
    made: Any = type("Asking", (target().system,), {"asked": asked})
    system = compile_system(made, ROOT)
    world = deploy_world(system)
    settings = {chain: Setting.of_world(world, chain, UnknownCode.HAVOC) for chain in system.chains}
    executor = Executor(system, settings, world.initially())
    ends = executor.run(units_of(system)[ending]).endings
    return made(ends[0].after).asked.in_flight()


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Terms of one test only."""
    with term_scope():
        yield


def test_a_kind_whose_sender_anybody_may_be_is_refused() -> None:
    with pytest.raises(Unsupported, match="they name no sender"):
        ask(messages("down", declared().counter, "credit"))
    alice = int(compiled().address("alice"))
    with pytest.raises(Unsupported, match="their sender is alice, who can call by himself"):
        ask(messages("down", declared().counter, "credit", sender=lambda: alice))
    box = int(compiled().address("box"))
    with pytest.raises(Unsupported, match="their sender is box, who can call by himself"):
        ask(messages("down", declared().counter, "credit", sender=lambda: box))


def test_a_channel_and_an_argument_that_do_not_exist_are_named() -> None:
    world = deploy_world(compiled())
    settings = {c: Setting.of_world(world, c, UnknownCode.HAVOC) for c in compiled().chains}
    executor = Executor(compiled(), settings, world.initially())
    end = executor.run(units_of(compiled())["bank.lock(uint256)"]).endings[0]
    with pytest.raises(LookupProblem, match="down"):
        end.after.message("dwon", 0)
    with pytest.raises(LookupProblem, match="amount"):
        view(end.after).credits.sent("amuont")
    undeclared = MessageKind("down", "counter", "giveBack")
    with pytest.raises(Unsupported, match="that the system does not declare"):
        end.after.message_total(undeclared, None, "")


# Numbers


def test_what_a_call_sends_is_in_flight_with_its_amount() -> None:
    world = deploy_world(compiled())
    settings = {c: Setting.of_world(world, c, UnknownCode.HAVOC) for c in compiled().chains}
    executor = Executor(compiled(), settings, world.initially())
    [end] = executor.run(units_of(compiled())["bank.lock(uint256)"]).endings
    before, after = view(end.before), view(end.after)
    number = before.office.state.count
    assert end.call is not None
    unsent = ~bool_term_of(before.message("down", number).sent)
    grown = after.credits.in_flight("amount") - before.credits.in_flight("amount")
    assert not follows(end, grown == end.call.args.amount)
    assert follows(end, ~unsent | (grown == end.call.args.amount))
    message = after.message("down", number)
    assert follows(end, ~unsent | message.in_flight)
    assert follows(end, ~unsent | (message.sender == after.bank.address))
    assert follows(end, ~unsent | after.credits.include(number))
    lost = after.credits.lost("amount") - before.credits.lost("amount")
    assert follows(end, ~unsent | (lost == 0))
    # A number that was used before: no sum is known any more.
    assert not follows(end, unsent | (lost == 0))


def bool_term_of(value: Any) -> SymBool:
    return SymBool(bool_term(value))


def follows(end: Ending, goal: Any) -> bool:
    """Whether a condition holds at an end, by what is known of paths and ghosts alone."""
    facts = (*end.conditions, *end.ledger.facts(chains=True))
    answer = check(Query(facts, bool_term(goal)), confirm=True)
    assert isinstance(answer, Proved | Counterexample)
    return isinstance(answer, Proved)


def test_the_deployed_messages_under_every_number() -> None:
    number = SymInt(word_var("number"))
    deployed = DeployedWorld(deploy_world(compiled()))
    first, any_ = deployed.message("down", 0), deployed.message("down", number)
    assert first.delivered is True
    holds = [
        any_.sent == (number < 2),
        any_.delivered == (number == 0),
        any_.in_flight == (number == 1),
        any_.accepted == (number == 0),
        any_.due == 0,
        deployed.is_of_kind(declared().credits.kind, number) == (number < 2),
    ]
    credits = declared().credits.kind
    amounts = [deployed.message_argument(credits, "amount", n) for n in (0, 1, 2)]
    assert amounts[0] > 0
    assert amounts[2] == 0
    told = deployed.message_argument(credits, "amount", number)
    for n, amount in enumerate(amounts):
        here = bool_term(number == n)
        answer = check(Query((here,), bool_term(told == amount)), confirm=True)
        assert isinstance(answer, Proved)
    receipt = deployed.message("up", number)
    digest = deployed.message("up", 0).commitment
    assert len(digest) == 32
    assert digest != bytes(32)
    zero = receipt.commitment == bytes(32)
    holds.append(zero == (number != 0))
    for each in holds:
        assert isinstance(check(Query((), bool_term(each)), confirm=True), Proved)
