"""The Graph's GIP-0034: reservoirs on both chains, filled ahead of time by drips.

``system`` is the wiring; ``reservoirs`` says what must hold; ``refinement`` compares every call
with the executable specification.
"""

from properties.gip_0034.system import Gip0034

__all__ = ["Gip0034"]
