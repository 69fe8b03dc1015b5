"""A bridge between two chains, with and without bugs, for our judge and for other tools."""
