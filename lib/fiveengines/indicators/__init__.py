"""Indicators: pure functions from series to series, one module an engine.

Only numpy and pandas may enter: no catalog, no panel, no breakpoint that is not an argument.
"""
