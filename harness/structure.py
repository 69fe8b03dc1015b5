"""What a structural property asks of the source, and the claims that it returns.

    @structure("TOKEN-S01", severity="critical", source="ERC-20")
    def only_the_minter_mints(code: Structure[Bridge]) -> Claim:
        \"\"\"Only the minter creates tokens.\"\"\"
        token = code[Bridge.token]
        return token.requires("mint", "msg.sender == minter")

A claim is about the source as it is written, over inheritance, modifiers and internal calls: no
call is executed.  It holds, or it is broken at places in the source, or the source cannot be read
well enough to say (inline assembly that touches storage, a call through a function pointer): then
it has doubts, and nothing is claimed.  Claims are joined with ``&`` or :func:`every`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.system import ContractDecl, System

__all__ = ["Breach", "Claim", "ContractCode", "Site", "Structure", "every"]

S = TypeVar("S", bound=System)


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """A place in the source; ``file`` is relative to the project, ``line`` counts from 1."""

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + (f": {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class Breach:
    """Something in the source that a claim forbids."""

    what: str
    site: Site | None = None

    def __str__(self) -> str:
        return f"{self.what} ({self.site})" if self.site else self.what


@dataclass(frozen=True, slots=True)
class Claim:
    """What was found about a statement on the source.

    ``looked_at`` counts the facts that it rests on (functions, calls, findings); ``breaches`` break
    it; ``doubts`` say why it cannot be decided; ``empty`` names what it speaks of and is not there;
    ``assumptions`` are what it takes for granted.
    """

    looked_at: int = 0
    breaches: tuple[Breach, ...] = ()
    doubts: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __and__(self, other: Claim) -> Claim:
        return Claim(
            self.looked_at + other.looked_at,
            _distinct(self.breaches + other.breaches),
            _distinct(self.doubts + other.doubts),
            _distinct(self.empty + other.empty),
            _distinct(self.assumptions + other.assumptions),
        )

    def __bool__(self) -> bool:
        # ``a and b`` would silently drop a; three outcomes do not fit in a bool anyway.
        raise TypeError("a claim is neither true nor false: join claims with & or every(...)")


def every(*claims: Claim | Iterable[Claim]) -> Claim:
    """The claim that all of some claims hold."""
    joined = Claim()
    for each in claims:
        for claim in (each,) if isinstance(each, Claim) else each:
            joined = joined & claim
    return joined


T = TypeVar("T")


def _distinct(items: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


class ContractCode(ABC):
    """The source of one contract of the system, with all that it inherits.

    Functions are named by name, or by signature (``mint(address,uint256)``) where a name is
    overloaded; an *entry* is a function that a transaction or another contract can call, which
    includes ``receive`` and ``fallback`` and leaves out constructors.  Names that do not exist
    raise :class:`~harness.errors.LookupProblem`.
    """

    @abstractmethod
    def written_by(self, writers: Mapping[str, Iterable[str]]) -> Claim:
        """Each storage variable is written, after deployment, in exactly the entries given.

        Writes count wherever they stand: in inherited functions, modifiers, internal functions,
        libraries, and through storage pointers.  A variable that is not named is written in none.
        """

    @abstractmethod
    def requires(self, entry: str, *conditions: str) -> Claim:
        """Every call of an entry that succeeds has established one of the conditions.

        A condition is Solidity without casts: ``msg.sender == minter``, ``minters[msg.sender]``,
        ``!migrated[delegator]``, ``msg.sender == controller.governor()``.  It is established by an
        ``if`` whose other branch reverts, by ``require`` or ``assert``, in the entry, its modifiers
        or its internal functions, whatever its operands hold at that moment.  The names of
        parameters are those of the entry.
        """

    @abstractmethod
    def guarded_by(self, modifier: str, *entries: str) -> Claim:
        """Each of some entries has a modifier of this name."""

    @abstractmethod
    def effects_first(
        self, *, trusting: Iterable[str] = (), besides: Mapping[str, Iterable[str]] | None = None
    ) -> Claim:
        """No entry writes storage after a call to another account (checks, effects, interactions).

        Args:
            trusting: immutable or constant variables whose accounts are taken to change nothing
                here when they are called; the result lists them as assumptions.  Calls of view
                functions never do.
            besides: variables that may be written after a call, each with the entries that may.
        """

    @abstractmethod
    def calls_only_in(self, function: str, *entries: str) -> Claim:
        """Functions called ``function`` of other contracts are called in these entries only."""

    @abstractmethod
    def delegates_nothing(self) -> Claim:
        """It runs no foreign code in its own name: no delegatecall, callcode or selfdestruct.

        Such a contract is no proxy, so it cannot be one that was never initialised.
        """

    @abstractmethod
    def layout_extends(self, older: str) -> Claim:
        """It can take over the storage of an older contract, ``path/File.sol:Contract``.

        Every variable of the older one lies in the same place with the same name and type.
        """


class Structure(ABC, Generic[S]):
    """The source of a system: ``code[Bridge.token]`` is that of the contract ``token``."""

    @abstractmethod
    def __getitem__(self, contract: ContractDecl) -> ContractCode:
        """The source of a contract of the system."""

    @abstractmethod
    def no_new_findings(self, baseline: str) -> Claim:
        """Slither's detectors of high, medium and low impact find only what a baseline lists.

        Args:
            baseline: a TOML file relative to the project, with a reason for each entry.
        """
