"""Tests of harness/chain: our EVM beside stock py-evm, and what a chain adds to it."""
