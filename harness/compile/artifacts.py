"""What a compilation gives: a Build of Artifacts.

>>> build = compile_sources("contracts")
>>> vault = build["Vault"]                # or build["contracts/vault/Vault.sol:Vault"]
>>> vault.abi.function("deposit").selector
>>> vault.storage_layout.locate("balances", 0xB0B).slot
>>> vault.source_at(pc)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from harness.compile.abi import Abi
from harness.compile.abi_types import AbiValue
from harness.compile.bytecode import push_constants, strip_metadata
from harness.compile.layout import StorageLayout
from harness.compile.settings import CompilerSettings
from harness.compile.sourcemap import LineIndex, SourceLocation, SourceMap
from harness.errors import LookupProblem, UsageError

__all__ = [
    "Artifact",
    "FunctionDebug",
    "ImmutableReference",
    "LinkReference",
    "Sources",
]

ContractKind = Literal["contract", "interface", "library"]
"""Kinds of contracts; an abstract contract is a `contract`."""


NO_LINKS: Mapping[str, int] = MappingProxyType({})
"""The default of `links`: no library has an address."""


@dataclass(frozen=True)
class FunctionDebug:
    """An internal function in the bytecode, as far as it survived optimization."""

    key: str
    """solc's key: `@_transfer_123` for a function of the source, else a helper's name."""

    name: str
    """`_transfer` for a function of the source; the key itself for a generated helper."""

    ast_id: int | None
    """Id of the FunctionDefinition, None for a generated helper."""

    entry_pc: int | None
    """Offset of its JUMPDEST; None if it was inlined everywhere."""

    parameter_slots: int | None
    """Stack slots of its parameters, the return address not counted."""

    return_slots: int | None
    """Stack slots of its return values."""


@dataclass(frozen=True)
class ImmutableReference:
    """An immutable variable and the places of the runtime bytecode that hold it."""

    ast_id: int
    """Id of its declaration in the AST."""

    name: str
    """Name in the source."""

    type_name: str
    """Type as Solidity prints it, such as `address` or `contract IERC20`."""

    declared_in: str
    """Contract that declares it, `path:Contract`."""

    places: tuple[tuple[int, int], ...]
    """(offset, length) of each place in the runtime bytecode, in bytes; lengths are 32."""


@dataclass(frozen=True)
class LinkReference:
    """A library whose address the bytecode lacks."""

    library: str
    """Fully qualified name, `path:Library`."""

    places: tuple[tuple[int, int], ...]
    """(offset, length) of each place, in bytes; lengths are 20."""


@dataclass(frozen=True)
class Sources:
    """The texts that were compiled, and their syntax trees."""

    texts: Mapping[str, str]
    """Source text by path, imports included."""

    ids: Mapping[int, str]
    """Path by solc's number of the source, as source maps have it; also generated sources such as
    `#utility.yul`, which have no text."""

    load_asts: Callable[[], Mapping[str, Mapping[str, Any]]] = field(repr=False, compare=False)
    """Reads the syntax trees, which are large; called once, at the first use."""

    @cached_property
    def asts(self) -> Mapping[str, Mapping[str, Any]]:
        """solc's compact JSON AST by path."""
        return self.load_asts()

    @cached_property
    def _lines(self) -> dict[str, LineIndex]:
        return {}

    def locate(self, file_id: int, start: int, length: int) -> SourceLocation | None:
        """The place of a byte range; None if it lies in no text that was compiled."""
        path = self.ids.get(file_id)
        if path is None or path not in self.texts or start < 0:
            return None
        index = self._lines.setdefault(path, LineIndex(self.texts[path]))
        line, column = index.position(start)
        return SourceLocation(path, line, column, index.slice(start, length))


@dataclass(frozen=True)
class Artifact:
    """A compiled contract, interface or library."""

    name: str
    """Name of the contract."""

    path: str
    """Path of its source as the build knows it, relative to the project's root."""

    kind: ContractKind
    """Contract, interface or library."""

    is_abstract: bool
    """Whether it cannot be deployed because something is not implemented."""

    abi: Abi
    """External interface."""

    raw_abi: tuple[Mapping[str, Any], ...]
    """The ABI as solc's JSON."""

    init_code: bytes
    """Bytecode that deploys it, without constructor arguments; zeros stand for libraries that are
    not linked. Empty for interfaces and abstract contracts."""

    runtime_code: bytes
    """Bytecode that is deployed; zeros stand for immutables and for libraries."""

    immutables: tuple[ImmutableReference, ...]
    """Immutable variables that the runtime bytecode holds."""

    init_links: tuple[LinkReference, ...]
    """Libraries that the init bytecode lacks."""

    runtime_links: tuple[LinkReference, ...]
    """Libraries that the runtime bytecode lacks."""

    storage_layout: StorageLayout
    """State variables in storage."""

    transient_layout: StorageLayout
    """State variables in transient storage; empty if the compiler knows none."""

    init_functions: Mapping[str, FunctionDebug]
    """Internal functions of the init bytecode by solc's key."""

    runtime_functions: Mapping[str, FunctionDebug]
    """Internal functions of the runtime bytecode by solc's key."""

    init_source_map: SourceMap
    """Source map of the init bytecode."""

    runtime_source_map: SourceMap
    """Source map of the runtime bytecode."""

    method_identifiers: Mapping[str, str]
    """Selector in hex by canonical signature."""

    userdoc: Mapping[str, Any]
    """NatSpec for users, solc's JSON."""

    devdoc: Mapping[str, Any]
    """NatSpec for developers, solc's JSON."""

    bases: tuple[str, ...]
    """Linearized bases, itself first, `path:Contract`."""

    compiler_version: str
    """Full version, such as `0.8.37+commit.2a1b3c4d`."""

    settings: CompilerSettings
    """Settings that it was compiled with."""

    sources: Sources = field(compare=False)
    """Texts and trees of the whole build."""

    def __repr__(self) -> str:
        return f"Artifact({self.full_name!r})"

    def __hash__(self) -> int:
        return hash((self.full_name, self.runtime_code))

    @property
    def full_name(self) -> str:
        """Fully qualified name, `path:Contract`."""
        return f"{self.path}:{self.name}"

    @property
    def is_deployable(self) -> bool:
        """Whether it has init bytecode."""
        return bool(self.init_code)

    @property
    def ast(self) -> Mapping[str, Any]:
        """solc's AST of the source file that defines it."""
        return self.sources.asts[self.path]

    @cached_property
    def constants(self) -> frozenset[int]:
        """Numbers that the runtime bytecode pushes; see `push_constants`."""
        return frozenset(push_constants(self.runtime_code))

    @cached_property
    def bare_runtime(self) -> bytes:
        """The runtime bytecode without its metadata."""
        return strip_metadata(self.runtime_code)

    def source_at(self, pc: int, *, init: bool = False) -> SourceLocation | None:
        """The source of the instruction at `pc`; None if it was generated by the compiler.

        Args:
            pc: byte offset in the runtime bytecode, or in the init bytecode if `init`.
        """
        source_map = self.init_source_map if init else self.runtime_source_map
        found = source_map.at(pc)
        return self.sources.locate(found.file_id, found.start, found.length) if found else None

    def internal_functions(self, name: str) -> tuple[FunctionDebug, ...]:
        """The functions called `name` in the source that the runtime bytecode still contains.

        Overloads and functions of bases that share the name are told apart by `ast_id`. External
        and public functions appear too, with the body's entry. Empty if all were inlined.
        """
        return tuple(
            function
            for function in self.runtime_functions.values()
            if function.name == name
            and function.ast_id is not None
            and function.entry_pc is not None
        )

    def immutable(self, name: str) -> ImmutableReference:
        """The immutable variable called `name`, or `Contract.name` where two bases share it.

        Raises:
            LookupProblem: unknown, unused in the runtime bytecode, or ambiguous.
        """
        full = {i: f"{i.declared_in.rpartition(':')[2]}.{i.name}" for i in self.immutables}
        found = [i for i in self.immutables if name in (i.name, full[i])]
        if len(found) == 1:
            return found[0]
        if not found:
            names = (i.name for i in self.immutables)
            raise LookupProblem.unknown("immutable", name, names, self.full_name)
        raise LookupProblem.ambiguous("immutable", name, (full[i] for i in found), self.full_name)

    def runtime_with(
        self, immutables: Mapping[str, int], links: Mapping[str, int] = NO_LINKS
    ) -> bytes:
        """The runtime bytecode with immutables and library addresses filled in.

        Args:
            immutables: value by name, as a signed or unsigned number.
            links: library address by fully qualified or short name.

        Raises:
            LookupProblem: an unknown immutable.
            UsageError: a library without an address.
        """
        code = bytearray(_link(self, self.runtime_code, self.runtime_links, links))
        for name, value in immutables.items():
            for start, length in self.immutable(name).places:
                word = value % (1 << (8 * length))
                code[start : start + length] = word.to_bytes(length, "big")
        return bytes(code)

    def init_with(self, *arguments: AbiValue, links: Mapping[str, int] = NO_LINKS) -> bytes:
        """The init bytecode with encoded constructor arguments and library addresses.

        Raises:
            UsageError: an interface or abstract, or a library without an address.
            EncodingError: an argument does not fit.
        """
        if not self.init_code:
            what = "an interface" if self.kind == "interface" else "abstract"
            raise UsageError(f"{self.full_name} is {what} and cannot be deployed")
        linked = _link(self, self.init_code, self.init_links, links)
        return linked + self.abi.encode_constructor(*arguments)


def _link(
    artifact: Artifact,
    code: bytes,
    references: tuple[LinkReference, ...],
    addresses: Mapping[str, int],
) -> bytes:
    linked = bytearray(code)
    for reference in references:
        short = reference.library.rpartition(":")[2]
        address = addresses.get(reference.library, addresses.get(short))
        if address is None:
            raise UsageError(
                f"{artifact.full_name} needs the library {reference.library}",
                fix=f"deploy {short} and pass its address as links={{{short!r}: address}}",
            )
        for start, length in reference.places:
            linked[start : start + length] = address.to_bytes(length, "big")
    return bytes(linked)
