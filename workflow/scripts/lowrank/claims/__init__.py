"""The paper's sentences that can be tested, a small function each: what is measured, and the rule that judges it.

`base` says what a claim is; the other files hold those of a section, by what they are about. Rules were fixed before
the paper's run.
"""

from . import (  # each adds its claims
    section2_initial,
    section2_learning,
    section2_low_rank,
    section2_variants,
    section3_expansion,
    section3_first_order,
    section3_scaling,
    section4,
)
from .base import CLAIMS, Run, judged

__all__ = [
    "CLAIMS",
    "Run",
    "judged",
    "section2_initial",
    "section2_learning",
    "section2_low_rank",
    "section2_variants",
    "section3_expansion",
    "section3_first_order",
    "section3_scaling",
    "section4",
]
