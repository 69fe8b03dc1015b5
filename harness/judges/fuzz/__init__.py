"""The fuzzer: Hypothesis drives a system on py-evm, next to its specification.

pools       values now in the state, and constants of the bytecode
strategies  arguments by ABI type, biased to those values
lessons     what earlier rounds taught about which calls succeed
session     a world with its oracle and its properties, driven step by step
machine     the Hypothesis state machine, generated from the system
corpus      what broke a property before
campaign    rounds of the machine, witnesses made minimal and saved
judge       campaigns in worker processes, and the verdicts that follow

Nothing is imported here: other judges use the session, and need no Hypothesis for that.
"""
