"""The networks' arithmetic in C, compiled on the machine that runs it.

Each C file holds equations; the Python module of the same name calls it on numpy arrays. The fingerprint treats the
two as one unit. `build` compiles the library. Only `vectors.h` depends on the processor.
"""

# IEEE 754 semantics: gradual underflow, NaN, infinity, and sums evaluated in the order written.
FLAGS = (
    *("-std=gnu11", "-O3", "-Wall", "-Wextra", "-shared", "-fPIC", "-fno-math-errno"),
    *("-ffp-contract=on", "-fno-sanitize=undefined", "-g0"),
    "-nostdlib",  # libc alone: building the compiler's own runtime, of which nothing is used, takes three times as long
)
