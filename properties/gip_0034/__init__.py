"""The Graph's GIP-0034: reservoirs on both chains, filled ahead of time by drips.

``system`` is the wiring, ``figures`` the numbers of a drip, ``power`` the laws of its loop.
``reservoirs``, ``drips``, ``layers``, ``rewards``, ``supply``, ``messages`` and ``access`` say what
must hold, ``bounds`` how far the fixed point is from the exact formulas; ``refinement`` compares
every call with the executable specification, and ``structure`` says how the source must be.
"""

from properties.gip_0034.system import Gip0034

__all__ = ["Gip0034"]
