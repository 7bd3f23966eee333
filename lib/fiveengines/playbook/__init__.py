"""What a regime says to do: the framework's words as data, and the rules that make insights fire.

Readings come in from the left; nothing here fetches data or draws.
"""
