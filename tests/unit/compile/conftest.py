"""One compilation of the fixtures for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compile import Artifact, Build, compile_sources

FIXTURES = Path(__file__).with_name("fixtures")


@pytest.fixture(scope="session")
def build() -> Build:
    return compile_sources(FIXTURES)


@pytest.fixture(scope="session")
def layout(build: Build) -> Artifact:
    return build["Layout"]


@pytest.fixture(scope="session")
def calls(build: Build) -> Artifact:
    return build["Calls"]
