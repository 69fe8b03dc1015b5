"""Configuration: each layer overrides the one below, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config import load_config
from harness.errors import UsageError


def test_layers_and_origins(tmp_path: Path) -> None:
    text = '[tool.harness]\ntargets = ["claims"]\nseed = 1\njobs = 2\nbudget = 9\n'
    (tmp_path / "pyproject.toml").write_text(text)
    environment = {"HARNESS_SEED": "5", "HARNESS_JOBS": "6", "HARNESS_JUDGES": "fuzz, prove"}
    config = load_config(tmp_path, {"jobs": 7, "targets": (), "judges": None}, environment)
    assert (config.targets, config.judges) == (("claims",), ("fuzz", "prove"))
    assert (config.budget, config.seed, config.jobs) == (9, 5, 7)
    assert config.witnesses == tmp_path / ".harness/witnesses"
    origins = {name: setting.origin for name, setting in config.settings.items()}
    assert origins == {
        "targets": "pyproject.toml",
        "judges": "environment, HARNESS_JUDGES",
        "judges_of": "default",
        "budget": "pyproject.toml",
        "seed": "environment, HARNESS_SEED",
        "jobs": "command line",
        "witnesses": "default",
        "cache": "default",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sed = 1", "no setting named 'sed'"),
        ("seed = -1", "seed cannot be -1"),
        ("seed = true", "seed cannot be True"),
        ('targets = "claims"', "targets cannot be 'claims'"),
        ("budget = 0", "budget cannot be 0"),
        ("witnesses = 1", "witnesses cannot be 1"),
        ("seed = ", "this is not TOML"),
        ('judges_of = ["prove"]', "judges_of cannot be"),
        ("judges_of.bank = []", "judges_of cannot be"),
    ],
)
def test_wrong_files(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.harness]\n{text}\n")
    with pytest.raises(UsageError, match=expected) as wrong:
        load_config(tmp_path, {}, {})
    assert "pyproject.toml" in str(wrong.value.where)


def test_judges_system_by_system(tmp_path: Path) -> None:
    text = '[tool.harness]\njudges = ["fuzz"]\njudges_of.bank = ["prove", "fuzz"]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    config = load_config(tmp_path, {}, {})
    assert config.judges_for("bank") == ("prove", "fuzz")
    assert config.judges_for("shop") == ("fuzz",)
    assert set(config.all_judges) == {"prove", "fuzz"}
    for given, environment in (
        ({"judges": ("inspect",)}, {}),
        ({}, {"HARNESS_JUDGES": "inspect"}),
    ):
        config = load_config(tmp_path, dict(given), dict(environment))
        assert config.judges_for("bank") == config.all_judges == ("inspect",)
    with pytest.raises(UsageError, match=r"in pyproject\.toml only"):
        load_config(tmp_path, {}, {"HARNESS_JUDGES_OF": "bank"})


def test_other_programs_may_use_the_prefix(tmp_path: Path) -> None:
    config = load_config(tmp_path, {}, {"HARNESS_BUILD_ID": "7"})
    assert config.seed == 0
    with pytest.raises(UsageError, match="no setting named 'HARNESS_TARGET'"):
        load_config(tmp_path, {}, {"HARNESS_TARGET": "claims"})
