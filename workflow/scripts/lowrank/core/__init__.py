"""What all other rooms build on: errors, names by content, random streams, whole files, the fingerprint of code.

In: settings, code, bytes. Out: hashes, generators, files that appear whole or not at all.
It imports nothing of the library.
"""
