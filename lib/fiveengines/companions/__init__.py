"""Companions: further questions around the week, each answered for one session by a room of its own.

A companion computes one result object from a `Session`; it draws nothing, writes nothing and reads no file. It is
registered by one line in `registry`.
"""
