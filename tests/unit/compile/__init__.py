"""Tests of harness/compile: what it says of bytecode, storage and ABI, checked on a real EVM."""
