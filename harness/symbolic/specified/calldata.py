"""Call data as a specification is given it: bytes that only a decoder can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.compile import AbiFunction
from harness.compiled import CompiledSystem, DecodedCall
from harness.symbolic.machine import Unsupported

__all__ = ["CallBytes", "SystemOnTerms"]


class CallBytes:
    """The call data of one call.

    Args:
        function: the function that it asks for; None if it is one of no function.
        args: its arguments, as values on terms.
        is_empty: whether there is none, which is what plain ether comes with.
    """

    def __init__(
        self, function: AbiFunction | None, args: tuple[Any, ...] = (), *, is_empty: bool = False
    ) -> None:
        self.function = function
        self.args = args
        self._is_empty = is_empty

    def __bool__(self) -> bool:
        return not self._is_empty

    def __len__(self) -> int:
        raise Unsupported("the specification asks for the length of the call's own data")

    def __getitem__(self, where: object) -> Any:
        raise Unsupported("the specification looks into the call's own data")


@dataclass(frozen=True)
class SystemOnTerms:
    """A world to make a specification from, whose decoder understands :class:`CallBytes`.

    Everything else is asked of the deployed world.
    """

    world: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)

    @property
    def compiled(self) -> Any:
        """The system, with a decoder for call data on terms."""
        return _Decoding(self.world.compiled)


class _Decoding:
    def __init__(self, compiled: CompiledSystem) -> None:
        self._compiled = compiled
        self._plain: Callable[[str, bytes], DecodedCall | None] = compiled.decode

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiled, name)

    def decode(self, contract: str, data: Any) -> DecodedCall | None:
        """The call that call data makes to a contract."""
        if isinstance(data, bytes):
            return self._plain(contract, data)
        if not isinstance(data, CallBytes):
            raise Unsupported(f"the specification makes a call of {contract} with unknown data")
        if data.function is None:
            return None
        return DecodedCall(contract, data.function, data.args)
