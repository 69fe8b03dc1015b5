"""What is told of names in a system that no contract has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.compiled import compile_system
from harness.errors import HarnessError
from tests.judges.toy import ROOT, Vault


@pytest.mark.parametrize(
    ("attribute", "names", "told"),
    [
        ("likely", {"vault.deposit.amount": (1,)}, "no argument named 'amount'"),
        ("likely", {"vault.depositt.value": (1,)}, "no function named 'depositt'"),
        ("likely", {"vaullt.deposit.value": (1,)}, "no contract named 'vaullt'"),
        ("bytes_formats", {"vault.deposit": ("uint256",)}, "write contract.function.argument"),
        ("unmodelled", {"vault.nothing": "because"}, "no variable named 'nothing'"),
        ("unmodelled", {"vault": "because"}, "write contract.variable"),
    ],
)
def test_a_name_that_no_contract_has(
    monkeypatch: pytest.MonkeyPatch, attribute: str, names: Mapping[str, Any], told: str
) -> None:
    monkeypatch.setattr(Vault, attribute, names)
    with pytest.raises(HarnessError) as raised:
        compile_system(Vault, ROOT)
    assert told in str(raised.value)
    assert f"Vault.{attribute}" in str(raised.value)
    assert raised.value.exit_code == 2
