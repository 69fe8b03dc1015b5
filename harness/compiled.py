"""A system together with its compiled contracts: the answer to *what is this called there*."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness.address import Address, NameBook
from harness.compile import Abi, AbiFunction, Artifact, Build, StorageLayout, compile_sources
from harness.errors import DecodingError, LookupProblem, UsageError
from harness.system import Actor, ChainDecl, ContractDecl, System
from harness.world import Value

__all__ = ["CompiledSystem", "DecodedCall", "compile_system"]


@dataclass(frozen=True, slots=True)
class DecodedCall:
    """Call data as a reader sees it: a function of a contract and its arguments."""

    contract: str
    function: AbiFunction
    args: tuple[Value, ...]

    @property
    def named(self) -> dict[str, Value]:
        """The arguments by name; nameless ones are called by their position."""
        names = (p.name or str(i) for i, p in enumerate(self.function.inputs))
        return dict(zip(names, self.args, strict=True))


@dataclass(frozen=True)
class CompiledSystem:
    """A system's declarations, its artifacts, and the names of its accounts."""

    system: type[System]
    build: Build
    root: Path

    @property
    def name(self) -> str:
        """The system's name."""
        return self.system.identifier()

    @cached_property
    def chains(self) -> Mapping[str, ChainDecl]:
        """The chains by name."""
        return self.system.declared(ChainDecl)

    @cached_property
    def contracts(self) -> Mapping[str, ContractDecl]:
        """The contracts by name."""
        return self.system.declared(ContractDecl)

    @cached_property
    def actors(self) -> Mapping[str, Actor]:
        """The actors by name."""
        return self.system.declared(Actor)

    @cached_property
    def environment(self) -> frozenset[int]:
        """The actors who refrain from everything: a transport acts in their names."""
        if not self.system.transports:
            return frozenset()
        return frozenset(int(a.address) for a in self.actors.values() if "*" in a.refrains)

    @cached_property
    def artifacts(self) -> Mapping[str, Artifact]:
        """The artifact of each contract, by the contract's name in the system."""
        return {name: self.build[decl.source] for name, decl in self.contracts.items()}

    @cached_property
    def names(self) -> NameBook:
        """The names of all actors and contracts."""
        accounts = {**self.actors, **self.contracts}
        return NameBook({name: decl.address for name, decl in accounts.items()})

    @cached_property
    def _at(self) -> Mapping[tuple[str, int], str]:
        return {(d.chain.name, int(d.address)): name for name, d in self.contracts.items()}

    def contract_at(self, chain: str, address: int) -> str | None:
        """The name of the contract at an address of a chain, if it is one of the system's."""
        return self._at.get((chain, address))

    def address(self, name: str) -> Address:
        """The address of an actor or a contract."""
        try:
            return self.names.address(name)
        except KeyError:
            raise LookupProblem.unknown("account", name, self.names, self.name) from None

    def artifact(self, contract: str) -> Artifact:
        """The artifact that a contract was made from."""
        try:
            return self.artifacts[contract]
        except KeyError:
            raise LookupProblem.unknown("contract", contract, self.contracts, self.name) from None

    def abi(self, contract: str) -> Abi:
        """The interface of a contract."""
        return self.artifact(contract).abi

    def layout(self, contract: str) -> StorageLayout:
        """The storage layout of a contract."""
        return self.artifact(contract).storage_layout

    def transactions(self) -> Iterator[tuple[str, AbiFunction]]:
        """Every function of every contract that may change the state."""
        for name in self.contracts:
            for function in self.abi(name).functions:
                if not function.is_view:
                    yield name, function

    def decode(self, contract: str, data: bytes) -> DecodedCall | None:
        """The call that call data makes to a contract; ``None`` if its ABI has none such."""
        function = self.abi(contract).by_selector.get(data[:4])
        if function is None:
            return None
        try:
            return DecodedCall(contract, function, function.decode_call(data))
        except DecodingError:
            return None


def compile_system(system: type[System], root: Path) -> CompiledSystem:
    """Compile a system's sources, which are relative to ``root``.

    Raises :class:`~harness.errors.CompileError` with the compiler's message, and
    :class:`UsageError` where the declarations do not fit the sources.
    """
    if not system.sources:
        raise UsageError(
            f"system {system.__name__} names no sources",
            fix='give it sources = ("contracts/folder",), relative to the project',
        )
    build = compile_sources([root / source for source in system.sources], root=root)
    compiled = CompiledSystem(system, build, root)
    # Looked up now, so that a name that no source has is reported before anything runs.
    _ = compiled.artifacts, compiled.names
    _check_arguments(compiled, "bytes_formats", system.bytes_formats)
    _check_arguments(compiled, "likely", system.likely)
    _check_variables(compiled, "unmodelled", system.unmodelled)
    return compiled


def _check_arguments(compiled: CompiledSystem, where: str, names: Iterable[str]) -> None:
    """Refuse a name that is no ``contract.function.argument`` of the system."""
    where = f"{compiled.system.__name__}.{where}"
    for name in names:
        contract, function, argument = _parts(name, 3, "contract.function.argument", where)
        abi = _contract(compiled, contract, where)
        known = [each for each in abi.functions if each.name == function]
        if not known:
            names_of = (each.name for each in abi.functions)
            raise LookupProblem.unknown("function", function, names_of, f"{where}, {contract}")
        inputs = {p.name for each in known for p in each.inputs}
        if argument not in inputs:
            at = f"{where}, {contract}.{function}"
            raise LookupProblem.unknown("argument", argument, inputs, at)


def _check_variables(compiled: CompiledSystem, where: str, names: Iterable[str]) -> None:
    """Refuse a name that is no ``contract.variable`` of the system."""
    where = f"{compiled.system.__name__}.{where}"
    for name in names:
        contract, variable = _parts(name, 2, "contract.variable", where)
        _contract(compiled, contract, where)
        known = {each.label for each in compiled.layout(contract).variables}
        if variable not in known:
            raise LookupProblem.unknown("variable", variable, known, f"{where}, {contract}")


def _parts(name: str, count: int, form: str, where: str) -> list[str]:
    parts = name.split(".")
    if len(parts) != count:
        raise UsageError(f"{name!r} is no name of this form", where=where, fix=f"write {form}")
    return parts


def _contract(compiled: CompiledSystem, name: str, where: str) -> Abi:
    if name not in compiled.contracts:
        raise LookupProblem.unknown("contract", name, compiled.contracts, where)
    return compiled.abi(name)
