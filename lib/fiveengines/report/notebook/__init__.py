"""Bind notebooks into one document and run it once in one kernel. No page, cover or reading may enter."""
