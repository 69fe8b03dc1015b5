"""Compilation: from Solidity to one typed model of what was compiled.

    >>> from harness.compile import compile_sources
    >>> build = compile_sources("contracts")
    >>> build["Vault"].abi.function("deposit").encode_call(10**18)

See `artifacts` for the model, `abi` and `layout` for its two largest parts.
"""

from __future__ import annotations

from harness.compile.abi import Abi, AbiError, AbiEvent, AbiFunction, DecodedEvent
from harness.compile.abi_codec import decode, encode
from harness.compile.abi_types import AbiParameter, AbiType, AbiValue
from harness.compile.artifacts import (
    Artifact,
    FunctionDebug,
    ImmutableReference,
    LinkReference,
    Sources,
)
from harness.compile.build import Build
from harness.compile.bytecode import (
    Instruction,
    instructions,
    jump_destinations,
    push_constants,
    strip_metadata,
)
from harness.compile.compiler import compile_sources
from harness.compile.layout import Location, StorageLayout
from harness.compile.reverts import PANIC_MEANINGS, Revert, explain_revert
from harness.compile.settings import CompilerSettings
from harness.compile.slots import (
    erc7201_slot,
    extract_field,
    insert_field,
    keccak256,
    slot_of_array_item,
    slot_of_data,
    slot_of_mapping,
    to_signed,
    to_word,
)
from harness.compile.solc import Solc, find_node, find_solc
from harness.compile.sourcemap import SourceLocation, SourceMap, SourceRange
from harness.compile.storage_types import (
    ArrayType,
    BytesType,
    MappingType,
    StorageType,
    StorageVariable,
    StructType,
    ValueType,
)

__all__ = [
    "PANIC_MEANINGS",
    "Abi",
    "AbiError",
    "AbiEvent",
    "AbiFunction",
    "AbiParameter",
    "AbiType",
    "AbiValue",
    "ArrayType",
    "Artifact",
    "Build",
    "BytesType",
    "CompilerSettings",
    "DecodedEvent",
    "FunctionDebug",
    "ImmutableReference",
    "Instruction",
    "LinkReference",
    "Location",
    "MappingType",
    "Revert",
    "Solc",
    "SourceLocation",
    "SourceMap",
    "SourceRange",
    "Sources",
    "StorageLayout",
    "StorageType",
    "StorageVariable",
    "StructType",
    "ValueType",
    "compile_sources",
    "decode",
    "encode",
    "erc7201_slot",
    "explain_revert",
    "extract_field",
    "find_node",
    "find_solc",
    "insert_field",
    "instructions",
    "jump_destinations",
    "keccak256",
    "push_constants",
    "slot_of_array_item",
    "slot_of_data",
    "slot_of_mapping",
    "strip_metadata",
    "to_signed",
    "to_word",
]
