"""From solc's output to artifacts.

`digest_output` takes what the artifact model needs from a fresh output, including
the few facts that only the syntax trees hold; `assemble` builds the model from that.
A cached compilation thus never has to read its trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from harness.compile.abi import Abi
from harness.compile.artifacts import (
    Artifact,
    FunctionDebug,
    ImmutableReference,
    LinkReference,
    Sources,
)
from harness.compile.build import Build
from harness.compile.layout import StorageLayout
from harness.compile.settings import CompilerSettings
from harness.compile.sourcemap import SourceMap

if TYPE_CHECKING:
    from crytic_compile import CryticCompile

__all__ = ["assemble", "digest_output"]

_LAYOUTS = ("storageLayout", "transientStorageLayout")


def digest_output(output: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Splits solc's standard JSON output into what is always needed, and the syntax trees.

    Returns:
        The output without trees, its contracts completed by a key `facts`; the trees by path.
    """
    asts = {path: source["ast"] for path, source in output["sources"].items()}
    index = _AstIndex(asts)
    contracts = {
        path: {name: _digest_contract(path, name, raw, index) for name, raw in group.items()}
        for path, group in (output.get("contracts") or {}).items()
    }
    slim = {
        "contracts": contracts,
        "ids": {path: source["id"] for path, source in output["sources"].items()},
        "warnings": [
            str(e.get("formattedMessage") or e["message"]) for e in output.get("errors") or ()
        ],
    }
    return slim, asts


class _AstIndex:
    """The declarations of all syntax trees, by their ids."""

    def __init__(self, asts: Mapping[str, Any]) -> None:
        self.nodes: dict[int, Mapping[str, Any]] = {}
        self.contracts: dict[str, Mapping[str, Any]] = {}
        self.contract_names: dict[int, str] = {}
        self.declared_in: dict[int, str] = {}
        for path, ast in asts.items():
            for node in ast.get("nodes", ()):
                self._add(node, path, "")

    def _add(self, node: Mapping[str, Any], path: str, owner: str) -> None:
        kind = node["nodeType"]
        self.nodes[node["id"]] = node
        if kind == "ContractDefinition":
            full = f"{path}:{node['name']}"
            self.contracts[full] = node
            self.contract_names[node["id"]] = full
            for member in node["nodes"]:
                self._add(member, path, full)
        elif kind == "VariableDeclaration" and owner:
            self.declared_in[node["id"]] = owner


def _digest_contract(
    path: str, name: str, raw: Mapping[str, Any], index: _AstIndex
) -> dict[str, Any]:
    node = index.contracts.get(f"{path}:{name}", {})
    bases = [index.contract_names[b] for b in node.get("linearizedBaseContracts", ())]
    evm = {
        "bytecode": _digest_code(raw["evm"]["bytecode"]),
        "deployedBytecode": _digest_code(raw["evm"]["deployedBytecode"]),
        "methodIdentifiers": raw["evm"].get("methodIdentifiers") or {},
    }
    digested: dict[str, Any] = {
        "abi": raw["abi"],
        "userdoc": raw.get("userdoc") or {},
        "devdoc": raw.get("devdoc") or {},
        "evm": evm,
    }
    declared_in: dict[str, str] = {}
    for key in _LAYOUTS:
        digested[key], owners = _digest_layout(raw.get(key) or {}, index)
        declared_in |= owners
    immutables = {
        ast_id: {
            "name": index.nodes[int(ast_id)]["name"],
            "type": index.nodes[int(ast_id)]["typeDescriptions"]["typeString"],
            "declaredIn": index.declared_in[int(ast_id)],
        }
        for ast_id in raw["evm"]["deployedBytecode"].get("immutableReferences") or {}
        # Through Yul, a library's own address is an immutable with a name instead of an id.
        if ast_id.isdigit() and int(ast_id) in index.declared_in
    }
    digested["facts"] = {
        "kind": node.get("contractKind", "contract"),
        "abstract": bool(node.get("abstract")) or not node.get("fullyImplemented", True),
        "bases": bases,
        "immutables": immutables,
        "declaredIn": declared_in,
    }
    return digested


def _digest_code(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "object": raw.get("object") or "",
        "sourceMap": raw.get("sourceMap") or "",
        "linkReferences": raw.get("linkReferences") or {},
        "immutableReferences": raw.get("immutableReferences") or {},
        "functionDebugData": raw.get("functionDebugData") or {},
        "generatedSources": {str(g["id"]): g["name"] for g in raw.get("generatedSources") or ()},
    }


def _digest_layout(
    raw: Mapping[str, Any], index: _AstIndex
) -> tuple[dict[str, Any], dict[str, str]]:
    types: dict[str, Any] = {}
    for type_id, entry in (raw.get("types") or {}).items():
        added = dict(entry)
        node = index.nodes.get(_nominal_id(type_id), {})
        if node.get("nodeType") == "UserDefinedValueTypeDefinition":
            added["underlying"] = node["underlyingType"]["typeDescriptions"]["typeIdentifier"]
        elif node.get("nodeType") == "EnumDefinition":
            added["enumMembers"] = [member["name"] for member in node["members"]]
        types[type_id] = added
    storage = raw.get("storage") or []
    owners = {
        str(v["astId"]): index.declared_in[v["astId"]]
        for v in storage
        if v["astId"] in index.declared_in
    }
    return {"storage": storage, "types": types}, owners


def _nominal_id(type_id: str) -> int:
    """The AST id that ends `t_enum(Status)7` or `t_userDefinedValueType(Price)3`, else -1."""
    if not type_id.startswith(("t_enum(", "t_userDefinedValueType(")):
        return -1
    digits = type_id.rpartition(")")[2]
    return int(digits) if digits.isdigit() else -1


def assemble(
    output: Mapping[str, Any],
    *,
    texts: Mapping[str, str],
    load_asts: Callable[[], Mapping[str, Mapping[str, Any]]],
    load_crytic: Callable[[], CryticCompile],
    content_hash: str,
    compiler_version: str,
    settings: CompilerSettings,
) -> Build:
    """Builds the model from a digested output (see `digest_output`)."""
    ids = {number: path for path, number in output["ids"].items()}
    sources = Sources(texts, ids | _generated(output), load_asts)
    artifacts = {
        f"{path}:{name}": _artifact(path, name, raw, sources, compiler_version, settings)
        for path, group in output["contracts"].items()
        for name, raw in group.items()
    }
    return Build(
        artifacts=artifacts,
        sources=sources,
        content_hash=content_hash,
        compiler_version=compiler_version,
        settings=settings,
        warnings=tuple(output["warnings"]),
        load_crytic=load_crytic,
    )


def _generated(output: Mapping[str, Any]) -> dict[int, str]:
    return {
        int(number): name
        for group in output["contracts"].values()
        for raw in group.values()
        for code in (raw["evm"]["bytecode"], raw["evm"]["deployedBytecode"])
        for number, name in code["generatedSources"].items()
    }


def _artifact(
    path: str,
    name: str,
    raw: Mapping[str, Any],
    sources: Sources,
    compiler_version: str,
    settings: CompilerSettings,
) -> Artifact:
    full, facts = f"{path}:{name}", raw["facts"]
    init, runtime = raw["evm"]["bytecode"], raw["evm"]["deployedBytecode"]
    init_links, runtime_links = tuple(_links(init)), tuple(_links(runtime))
    init_code, runtime_code = _code(init, init_links), _code(runtime, runtime_links)
    declared_in = {int(number): owner for number, owner in facts["declaredIn"].items()}
    storage, transient = (StorageLayout.from_solc(full, raw[key], declared_in) for key in _LAYOUTS)
    return Artifact(
        name=name,
        path=path,
        kind=facts["kind"],
        is_abstract=facts["abstract"],
        abi=Abi.from_json(full, raw["abi"]),
        raw_abi=tuple(raw["abi"]),
        init_code=init_code,
        runtime_code=runtime_code,
        immutables=tuple(_immutables(runtime, facts["immutables"])),
        init_links=init_links,
        runtime_links=runtime_links,
        storage_layout=storage,
        transient_layout=transient,
        init_functions=_functions(init),
        runtime_functions=_functions(runtime),
        init_source_map=SourceMap(init["sourceMap"], init_code),
        runtime_source_map=SourceMap(runtime["sourceMap"], runtime_code),
        method_identifiers=raw["evm"]["methodIdentifiers"],
        userdoc=raw["userdoc"],
        devdoc=raw["devdoc"],
        bases=tuple(facts["bases"]),
        compiler_version=compiler_version,
        settings=settings,
        sources=sources,
    )


def _links(code: Mapping[str, Any]) -> Iterator[LinkReference]:
    for path, libraries in code["linkReferences"].items():
        for library, places in libraries.items():
            spans = tuple((place["start"], place["length"]) for place in places)
            yield LinkReference(f"{path}:{library}", spans)


def _code(code: Mapping[str, Any], links: tuple[LinkReference, ...]) -> bytes:
    text = code["object"]
    for link in links:
        for start, length in link.places:
            # solc writes a placeholder there that is no hexadecimal number.
            text = text[: 2 * start] + "00" * length + text[2 * (start + length) :]
    return bytes.fromhex(text)


def _immutables(
    runtime: Mapping[str, Any], facts: Mapping[str, Mapping[str, str]]
) -> Iterator[ImmutableReference]:
    for ast_id, places in runtime["immutableReferences"].items():
        known = facts.get(ast_id, {})
        yield ImmutableReference(
            ast_id=int(ast_id) if ast_id.isdigit() else -1,
            name=known.get("name", ast_id),
            type_name=known.get("type", ""),
            declared_in=known.get("declaredIn", ""),
            places=tuple((place["start"], place["length"]) for place in places),
        )


def _functions(code: Mapping[str, Any]) -> dict[str, FunctionDebug]:
    made = {}
    for key, raw in code["functionDebugData"].items():
        is_source = key.startswith("@") and raw.get("id") is not None
        made[key] = FunctionDebug(
            key=key,
            name=key[1:].rpartition("_")[0] if is_source else key,
            ast_id=raw.get("id"),
            entry_pc=raw.get("entryPoint"),
            parameter_slots=raw.get("parameterSlots"),
            return_slots=raw.get("returnSlots"),
        )
    return made
