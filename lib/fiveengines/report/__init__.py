"""Report: five notebooks bound, run once, rendered as one offline page and written whole or not at all.

Shows weeks and computes none; no source, panel or indicator may enter.
"""
