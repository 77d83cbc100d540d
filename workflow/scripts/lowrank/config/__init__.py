"""Validate the config: from YAML to checked settings, reporting all errors at once.

Input: the parsed mapping. Output: complete settings in built-in types, within range.
Imports the modules that declare settings: `tasks`, `measures`, `figures`.
"""
