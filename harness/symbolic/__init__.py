"""Symbolic execution: terms, solving, and the EVM on them."""
