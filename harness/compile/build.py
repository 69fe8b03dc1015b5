"""What a compilation gives: all its artifacts by name.

>>> build = compile_sources("contracts")
>>> vault = build["Vault"]                # or build["contracts/vault/Vault.sol:Vault"]
>>> Slither(build.crytic())
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from harness.compile.artifacts import Artifact, Sources
from harness.compile.settings import CompilerSettings
from harness.errors import LookupProblem

if TYPE_CHECKING:
    from crytic_compile import CryticCompile

__all__ = ["Build"]

_PUSH20 = b"\x73"


@dataclass(frozen=True)
class Build(Mapping[str, Artifact]):
    """The artifacts of one compilation by fully qualified name."""

    artifacts: Mapping[str, Artifact]
    """Artifact by `path:Contract`, in the compiler's order."""

    sources: Sources
    """Texts and trees."""

    content_hash: str
    """SHA-256 in hex over all sources, the settings and the compiler."""

    compiler_version: str
    """Full version of the compiler."""

    settings: CompilerSettings
    """Settings of the compilation."""

    warnings: tuple[str, ...] = field(compare=False)
    """The compiler's warnings, formatted with file and line."""

    load_crytic: Callable[[], CryticCompile] = field(compare=False)
    """Makes crytic-compile's object of the same compilation, without compiling again."""

    def __getitem__(self, name: str) -> Artifact:
        """The artifact called `path:Contract`, or `Contract` if only one has that name.

        Raises:
            LookupProblem: unknown or ambiguous; the message lists the candidates.
        """
        exact = self.artifacts.get(name)
        if exact is not None:
            return exact
        found = self._by_short_name.get(name, ())
        if len(found) == 1:
            return self.artifacts[found[0]]
        if not found:
            raise LookupProblem.unknown("contract", name, self._by_short_name, "this build")
        raise LookupProblem.ambiguous("contract", name, found, "this build")

    def __iter__(self) -> Iterator[str]:
        return iter(self.artifacts)

    def __len__(self) -> int:
        return len(self.artifacts)

    def __contains__(self, name: object) -> bool:
        return name in self.artifacts or name in self._by_short_name

    def __repr__(self) -> str:
        compiler = f"solc {self.compiler_version}"
        return f"<Build {self.content_hash[:8]}: {len(self)} artifacts by {compiler}>"

    def __hash__(self) -> int:
        return hash(self.content_hash)

    @cached_property
    def _by_short_name(self) -> Mapping[str, tuple[str, ...]]:
        names: dict[str, tuple[str, ...]] = {}
        for full, artifact in self.artifacts.items():
            names[artifact.name] = (*names.get(artifact.name, ()), full)
        return names

    @cached_property
    def deployable(self) -> tuple[Artifact, ...]:
        """Artifacts that have init bytecode."""
        return tuple(artifact for artifact in self.artifacts.values() if artifact.is_deployable)

    def by_runtime(self, code: bytes) -> Artifact | None:
        """The artifact whose runtime bytecode is `code`, whatever its immutables and links are."""
        for artifact in self.deployable:
            if len(artifact.runtime_code) == len(code) and _masked(artifact, code) == _masked(
                artifact, artifact.runtime_code
            ):
                return artifact
        return None

    @cached_property
    def _crytic(self) -> CryticCompile:
        return self.load_crytic()

    def crytic(self) -> CryticCompile:
        """crytic-compile's object of this compilation, for Slither; made at the first call.

        >>> Slither(build.crytic())
        """
        return self._crytic


def _masked(artifact: Artifact, code: bytes) -> bytes:
    masked = bytearray(code)
    holes = [place for immutable in artifact.immutables for place in immutable.places]
    holes += [place for link in artifact.runtime_links for place in link.places]
    if artifact.kind == "library" and code[:1] == _PUSH20:
        # A library starts by pushing its own address, which it learns when it is deployed.
        holes.append((1, 20))
    for start, length in holes:
        masked[start : start + length] = bytes(length)
    return bytes(masked)
