"""The judges: engines that give verdicts on properties, all behind one protocol.

``prove`` proves on the bytecode for any number of calls, ``explore`` executes symbolically within
bounds, ``fuzz`` tries on a real EVM, ``inspect`` reads the source's structure.
"""
