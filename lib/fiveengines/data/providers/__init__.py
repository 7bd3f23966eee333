"""Sources: one module a provider, each handing over a Dataset or its part.

Only here and in the store may the network or the data folder be touched; no indicator may enter.
"""
