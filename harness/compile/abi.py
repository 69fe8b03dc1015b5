"""The ABI of a contract: functions, events and custom errors, and their values in Python.

>>> transfer = artifact.abi.function("transfer")
>>> transfer.signature, transfer.selector.hex()
('transfer(address,uint256)', 'a9059cbb')
>>> data = transfer.encode_call(0xB0B, 10**18)
>>> transfer.decode_outputs(returned)
(True,)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, TypeVar

from harness.compile.abi_codec import Decoder, Encoder, decoder_of, encoder_of
from harness.compile.abi_types import AbiParameter, AbiType, AbiValue
from harness.compile.slots import keccak256
from harness.errors import DecodingError, LookupProblem

__all__ = ["Abi", "AbiError", "AbiEvent", "AbiFunction", "DecodedEvent", "Mutability"]

Mutability = Literal["pure", "view", "nonpayable", "payable"]
"""What a function may do: `pure` and `view` do not change the state."""


@dataclass(frozen=True)
class _Signed:
    name: str
    """Name in the source."""

    inputs: tuple[AbiParameter, ...]
    """Parameters in order."""

    @cached_property
    def input_types(self) -> tuple[AbiType, ...]:
        """Types of the parameters."""
        return tuple(parameter.type for parameter in self.inputs)

    @cached_property
    def signature(self) -> str:
        """Canonical signature, such as `transfer(address,uint256)`."""
        return f"{self.name}({','.join(kind.name for kind in self.input_types)})"

    @cached_property
    def _digest(self) -> bytes:
        return keccak256(self.signature.encode())

    # Codecs are kept here, as looking them up by their types costs more than a call of them.
    @cached_property
    def _encode_inputs(self) -> Encoder:
        return encoder_of(self.input_types)

    @cached_property
    def _decode_inputs(self) -> Decoder:
        return decoder_of(self.input_types)

    def __getstate__(self) -> dict[str, object]:
        # The cached codecs are closures, which cannot be pickled and are made anew at once.
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def _arguments(self, selector: bytes, data: bytes) -> tuple[AbiValue, ...]:
        if data[:4] != selector:
            raise DecodingError(f"0x{data[:4].hex()} is not the selector of {self.signature}")
        return self._decode_inputs(data[4:])


@dataclass(frozen=True)
class AbiFunction(_Signed):
    """An external function, or the getter of a public state variable."""

    outputs: tuple[AbiParameter, ...] = ()
    """Returned values in order."""

    mutability: Mutability = "nonpayable"
    """What it may do."""

    @cached_property
    def selector(self) -> bytes:
        """The 4 bytes that a call starts with."""
        return self._digest[:4]

    @cached_property
    def output_types(self) -> tuple[AbiType, ...]:
        """Types of the returned values."""
        return tuple(parameter.type for parameter in self.outputs)

    @cached_property
    def _decode_returned(self) -> Decoder:
        return decoder_of(self.output_types)

    @property
    def is_view(self) -> bool:
        """Whether it is `view` or `pure`."""
        return self.mutability in ("view", "pure")

    @property
    def is_payable(self) -> bool:
        """Whether it accepts ether."""
        return self.mutability == "payable"

    def encode_call(self, *arguments: AbiValue) -> bytes:
        """Call data: selector and encoded arguments.

        Raises:
            EncodingError: an argument does not fit, or their number is wrong.
        """
        return self.selector + self._encode_inputs(arguments)

    def decode_call(self, data: bytes) -> tuple[AbiValue, ...]:
        """The arguments of call data that starts with this function's selector.

        Raises:
            DecodingError: another selector, or arguments that do not decode.
        """
        return self._arguments(self.selector, data)

    def head_of(self, name: str) -> int:
        """Where an argument's head lies in the encoded arguments, in bytes from their start."""
        at = 0
        for position, parameter in enumerate(self.inputs):
            if name == (parameter.name or str(position)):
                return at
            at += 32 * parameter.type.words
        names = [p.name or str(i) for i, p in enumerate(self.inputs)]
        raise LookupProblem.unknown("argument", name, names, self.signature)

    def bytes_in(self, data: bytes, name: str) -> bytes:
        """A `bytes` argument of call data that decodes.

        Empty where it does not lie right behind the heads, where encoders put the first one.
        """
        at, heads = 4 + self.head_of(name), sum(32 * p.type.words for p in self.inputs)
        if int.from_bytes(data[at : at + 32], "big") != heads:
            return b""
        begin = 36 + heads
        return data[begin : begin + int.from_bytes(data[4 + heads : begin], "big")]

    def encode_outputs(self, *values: AbiValue) -> bytes:
        """Return data that carries `values`."""
        return encoder_of(self.output_types)(values)

    def decode_outputs(self, data: bytes) -> tuple[AbiValue, ...]:
        """The values that the function returned.

        Raises:
            DecodingError: too short, or dirty padding.
        """
        return self._decode_returned(data)


@dataclass(frozen=True)
class AbiError(_Signed):
    """A custom error."""

    @cached_property
    def selector(self) -> bytes:
        """The 4 bytes that its revert data starts with."""
        return self._digest[:4]

    def encode(self, *arguments: AbiValue) -> bytes:
        """Revert data: selector and encoded arguments."""
        return self.selector + self._encode_inputs(arguments)

    def decode(self, data: bytes) -> tuple[AbiValue, ...]:
        """The arguments of revert data that starts with this error's selector."""
        return self._arguments(self.selector, data)


@dataclass(frozen=True)
class DecodedEvent:
    """An event with its values."""

    event: AbiEvent
    """Which event."""

    values: tuple[AbiValue, ...]
    """Values in the order of the source. An indexed string, bytes, array or struct is only known
    by its 32-byte hash."""

    @property
    def name(self) -> str:
        """Name of the event."""
        return self.event.name

    def __getitem__(self, parameter: str) -> AbiValue:
        """The value of the `parameter` with that name."""
        for known, value in zip(self.event.inputs, self.values, strict=True):
            if known.name == parameter:
                return value
        names = (p.name for p in self.event.inputs)
        raise LookupProblem.unknown("event parameter", parameter, names, self.event.signature)


@dataclass(frozen=True)
class AbiEvent(_Signed):
    """An event."""

    anonymous: bool = False
    """Whether it is logged without its signature's hash."""

    @cached_property
    def topic0(self) -> bytes:
        """Keccak-256 of the signature: the first topic unless the event is anonymous."""
        return self._digest

    @cached_property
    def _topic_types(self) -> tuple[AbiType, ...]:
        hashed = AbiType.parse("bytes32")
        return tuple(p.type if p.type.is_word else hashed for p in self.inputs if p.indexed)

    @cached_property
    def _data_types(self) -> tuple[AbiType, ...]:
        return tuple(p.type for p in self.inputs if not p.indexed)

    def decode(self, topics: Sequence[bytes], data: bytes) -> DecodedEvent:
        """The values of a log record.

        Args:
            topics: 0 to 4 topics of 32 bytes each.
            data: unindexed part.

        Raises:
            DecodingError: the record is not one of this event.
        """
        own = list(topics)
        if not self.anonymous:
            if not own or own[0] != self.topic0:
                raise DecodingError(f"the log record is not one of {self.signature}")
            own = own[1:]
        if len(own) != len(self._topic_types):
            raise DecodingError(
                f"{len(own)} topics where {self.signature} has {len(self._topic_types)}"
            )
        indexed = iter(decoder_of(self._topic_types)(b"".join(own)))
        plain = iter(decoder_of(self._data_types)(data))
        values = tuple(next(indexed if p.indexed else plain) for p in self.inputs)
        return DecodedEvent(self, values)


_T = TypeVar("_T", bound=_Signed)


@dataclass(frozen=True)
class Abi:
    """The external interface of a contract."""

    contract: str
    """Fully qualified name of the contract, for messages."""

    functions: tuple[AbiFunction, ...] = ()
    """External functions and getters, overloads included."""

    events: tuple[AbiEvent, ...] = ()
    """Events that the contract or its libraries may emit."""

    errors: tuple[AbiError, ...] = ()
    """Custom errors."""

    constructor: AbiFunction = field(default_factory=lambda: AbiFunction("constructor", ()))
    """The constructor; the implicit one takes nothing."""

    has_receive: bool = False
    """Whether it has a `receive` function: takes plain ether."""

    fallback: Mutability | None = None
    """`payable` or `nonpayable` if it has a fallback function."""

    @classmethod
    def from_json(cls, contract: str, entries: Sequence[Mapping[str, Any]]) -> Abi:
        """Reads the ABI JSON that solc writes for `contract`."""
        functions: list[AbiFunction] = []
        events: list[AbiEvent] = []
        errors: list[AbiError] = []
        constructor = AbiFunction("constructor", ())
        has_receive, fallback = False, None
        for entry in entries:
            inputs = tuple(AbiParameter.from_json(raw) for raw in entry.get("inputs", ()))
            mutability = entry.get("stateMutability", "nonpayable")
            match entry["type"]:
                case "function":
                    outputs = tuple(AbiParameter.from_json(raw) for raw in entry["outputs"])
                    functions.append(AbiFunction(entry["name"], inputs, outputs, mutability))
                case "event":
                    events.append(AbiEvent(entry["name"], inputs, bool(entry.get("anonymous"))))
                case "error":
                    errors.append(AbiError(entry["name"], inputs))
                case "constructor":
                    constructor = AbiFunction("constructor", inputs, (), mutability)
                case "receive":
                    has_receive = True
                case "fallback":
                    fallback = mutability
        made = (tuple(functions), tuple(events), tuple(errors))
        return cls(contract, *made, constructor, has_receive, fallback)

    def function(self, name: str) -> AbiFunction:
        """The function with that name, or canonical signature where it is overloaded.

        Raises:
            LookupProblem: unknown or ambiguous; the message lists the candidates.
        """
        return self._find("function", name, self.functions)

    def event(self, name: str) -> AbiEvent:
        """The event with that name or canonical signature."""
        return self._find("event", name, self.events)

    def error(self, name: str) -> AbiError:
        """The custom error with that name or canonical signature."""
        return self._find("error", name, self.errors)

    def _find(self, kind: str, name: str, known: Sequence[_T]) -> _T:
        found = [one for one in known if name in (one.name, one.signature)]
        if len(found) == 1:
            return found[0]
        if not found:
            names = (one.name for one in known)
            raise LookupProblem.unknown(kind, name, names, self.contract)
        raise LookupProblem.ambiguous(kind, name, (f.signature for f in found), self.contract)

    @cached_property
    def by_selector(self) -> Mapping[bytes, AbiFunction]:
        """Functions by their 4-byte selectors."""
        return {function.selector: function for function in self.functions}

    @cached_property
    def errors_by_selector(self) -> Mapping[bytes, AbiError]:
        """Custom errors by their 4-byte selectors."""
        return {error.selector: error for error in self.errors}

    @cached_property
    def events_by_topic(self) -> Mapping[bytes, AbiEvent]:
        """Events by topic 0; anonymous ones have none. Where two events share a signature but
        index different parameters, `decode_event` tries both."""
        return {event.topic0: event for event in self.events if not event.anonymous}

    def decode_event(self, topics: Sequence[bytes], data: bytes) -> DecodedEvent | None:
        """The event of a log record, or None if no event of this ABI matches it."""
        for event in self.events:
            if event.anonymous or not topics or event.topic0 != topics[0]:
                continue
            try:
                return event.decode(topics, data)
            except DecodingError:
                continue
        return None

    def encode_constructor(self, *arguments: AbiValue) -> bytes:
        """Encoded constructor arguments, to be put behind the init bytecode."""
        return encoder_of(self.constructor.input_types)(arguments)
