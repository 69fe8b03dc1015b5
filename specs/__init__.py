"""Executable specifications: what each system must do, in plain Python, with no EVM in sight.

``model`` is the small vocabulary that every specification is written in.  A system has one
module or package here, named like its module in ``properties`` and its folder in ``contracts``.
Nothing in this folder imports anything of ours but this folder.
"""
