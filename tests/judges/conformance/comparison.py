"""One function, explored once symbolically, and compared with py-evm call by call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Any, Final

from harness.chain import Chain
from harness.compile import AbiFunction
from harness.judges.conform.comparing import differences
from harness.judges.conform.reading import assignment, transaction
from harness.judges.conform.realising import content_of, model_of, realise
from harness.symbolic.machine import (
    Account,
    Block,
    Call,
    Limits,
    Machine,
    Setting,
    symbolic_call,
)
from harness.symbolic.solve import Counterexample
from harness.symbolic.terms import Int, const

from .cases import Chooser, stir

NOTHING_LIKELY: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType({})


class Comparison:
    """One function, explored once, and compared with py-evm as often as asked."""

    def __init__(
        self,
        chain: Chain,
        setting: Setting,
        account: Account,
        function: AbiFunction,
        accounts: list[int],
        likely: Mapping[str, tuple[Any, ...]] = NOTHING_LIKELY,
        *,
        merge: bool = True,
    ) -> None:
        self.chain = chain
        self.account = account
        self.function = function
        self.machine = Machine(setting, limits=Limits(paths=30_000, merge=merge))
        self.calldata = symbolic_call(function)
        value = None if function.is_payable else const(0)
        self.call = Call.symbolic(account.address, self.calldata.data, value=value)
        block = Block.symbolic(setting.chain)
        self.explored = self.machine.execute(self.call, block, keep_reverts=True)
        self.counts: Counter[str] = Counter()
        self.random = Random(f"{account.name}.{function.name}")
        self.chooser = Chooser(self.random, accounts, likely)
        clock = self.chain.clock
        self.chooser.seen += [clock.block, clock.time, clock.basefee]
        self.chooser.seen += list(self.chain.storage_items(account.address).values())[:200]

    def compare(self, integers: dict[str, int], contents: dict[str, bytes]) -> None:
        """Make one call in the state that the chain is in, and go back to that state."""
        sender, value = integers["msg.sender"], integers["msg.value"]
        if self.chain.balance(sender) < value:
            self.chain.set_balance(sender, value)
        values = assignment(self.chain, self.machine, integers, contents)
        mark = self.chain.snapshot()
        receipt = self.chain.execute(transaction(self.call, values))
        self.chain.revert_to(mark)
        found = differences(self.explored, self.machine, values, receipt)
        if found is None:
            self.counts["open"] += 1
            return
        self.counts["success" if receipt.success else "failure"] += 1
        for difference in found:
            self.counts[f"{self.account.name}.{self.function.name}: {difference}"] += 1

    def random_cases(self, cases: int) -> None:
        """Random calls; most of them meet storage in which random values were put."""
        start = self.chain.snapshot()
        for _ in range(cases):
            self.chain.revert_to(start)
            integers, contents = self._random_call()
            goal = self.explored.successes or self.explored.ends
            if goal and self.random.random() < 0.7:
                values = assignment(self.chain, self.machine, integers, contents)
                stir(self.chooser, self.random.choice(goal), self.machine, values, self.chain)
            self.compare(integers, contents)
        self.chain.revert_to(start)

    def _random_call(self) -> tuple[dict[str, int], dict[str, bytes]]:
        arguments = self.chooser.arguments(self.account.name, self.function)
        integers = {
            "msg.sender": self.chooser.address(),
            "tx.gasprice": self.chain.clock.basefee,
        }
        contents: dict[str, bytes] = {}
        named = {}
        for index, parameter in enumerate(self.function.inputs):
            argument = named[parameter.name] = arguments[index]
            name = f"{self.function.name}.{parameter.name or index}"
            if parameter.type.kind in ("bytes", "string"):
                contents[name] = argument
            elif isinstance(argument, bytes):
                integers[name] = int.from_bytes(argument, "big")
            else:
                integers[name] = int(argument)
        asked = None
        if self.function.is_payable:
            asked = self.chooser.number() % 10**21
            if self.random.random() < 0.8:
                asked = self.wanted(named) or asked
        value = asked or 0
        integers["msg.value"] = value if value < 2**200 else 0
        return integers, contents

    def model_cases(self, most: int) -> int:
        """A call for each of some successful paths, by a model of it; returns for how many there
        is one."""
        found = 0
        start = self.chain.snapshot()
        ends = list(self.explored.successes)
        self.random.shuffle(ends)
        for end in ends[:most]:
            answer = model_of(end.path)
            if not isinstance(answer, Counterexample):
                continue
            model = answer.assignment
            found += 1
            self.chain.revert_to(start)
            contents = {one.name: content_of(model, one.name) for one in self.calldata.opaque}
            realise(model, self.machine, self.chain, contents)
            integers = {"msg.sender": 0, "msg.value": 0, **model.integers}
            integers["tx.gasprice"] = self.chain.clock.basefee
            for name, argument in self.calldata.arguments.items():
                symbol = f"{self.function.name}.{name}"
                if isinstance(argument, Int):
                    integers.setdefault(symbol, 0)
            for name in list(integers):
                if name.startswith("block.") or name in self.machine.regions:
                    del integers[name]
            self.compare(integers, contents)
        self.chain.revert_to(start)
        return found

    def wanted(self, args: dict[str, Any]) -> int | None:
        """The wei that a payable function asks for; a system may know better than nothing."""
        return None
