"""The systems under judgement and what must hold of them: one module or package per system.

``messaging`` wires the transport that they share.
"""
