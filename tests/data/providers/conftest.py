"""The local server for the tests of this folder."""

from loopback.fixtures import figures, server

__all__ = ["figures", "server"]
