"""The config: from YAML to checked settings, all errors at once.

In: the mapping that was read. Out: settings in built-in types, complete and in range.
It imports what declares settings: `tasks`, `measures`, `figures`.
"""
