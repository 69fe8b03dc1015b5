"""The symbolic machine held against the concrete one: what terms come to on a chain of py-evm.

reading.py     the values of all symbols of an exploration, read from a chain
comparing.py   what a path says of its end, and what py-evm did: every difference
realising.py   a solver's model of a path, made on a chain: storage, ether, clocks, call data

Nothing is believed of a model: once it is made, every value is read back from the chain, so that a
path is compared only where its own conditions hold there.
"""
