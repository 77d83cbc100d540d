"""The networks' arithmetic in C, compiled where it runs.

A C file holds equations, the module of its name calls it from numpy's arrays; together they are one thing, to the
fingerprint, too. `build` makes the library, `vectors.h` is all that depends on the processor.
"""

# As IEEE 754 has it: gradual underflow, NaN, infinity, and sums in the order in which they are written.
FLAGS = (
    *("-std=gnu11", "-O3", "-Wall", "-Wextra", "-shared", "-fPIC", "-fno-math-errno"),
    *("-ffp-contract=on", "-fno-sanitize=undefined", "-g0"),
)
