"""Shared foundations: errors, content hashes, random streams, atomic file writes, the fingerprint of code.

In: settings, code, bytes. Out: hashes, generators, files that appear whole or not at all.
It imports nothing else from the library.
"""
