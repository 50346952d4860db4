"""Fixtures shared by all tests: a blocked network, seeded noise, an example study in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from insights.cli.main import QUIET_ENVIRONMENT

for _name, _value in QUIET_ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

settings.register_profile("shared-cpu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared-cpu")

LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost", ""}
DEMO_CALLS = Path(__file__).parents[1] / "insights" / "demo" / "calls"


class NetworkUsedError(AssertionError):
    """Something tried to reach a machine other than this one."""


def _refuse_foreign(address: object) -> None:
    if isinstance(address, tuple) and str(address[0]) not in LOCAL_HOSTS:
        raise NetworkUsedError(f"a connection to {address[0]} was attempted; no run may use the network")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection that leaves this machine fail the test."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        _refuse_foreign(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _refuse_foreign(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: object, *args: object, **kwargs: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and str(name) not in LOCAL_HOSTS:
            raise NetworkUsedError(f"the name {name} was looked up; no run may use the network")
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a seeded source of random numbers."""
    return np.random.default_rng(20261121)


@pytest.fixture
def study_dir(tmp_path: Path) -> Path:
    """Return a study folder with the example survey and codebook, and no calls yet."""
    folder = tmp_path / "study"
    for name in ("calls", "responses", "pages"):
        (folder / name).mkdir(parents=True)
    for name in ("survey.toml", "codebook.toml"):
        shutil.copy(DEMO_CALLS / name, folder / name)
        (folder / name).chmod(0o600)
    return folder
