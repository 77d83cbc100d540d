"""The paper's sentences that can be tested, a small function each: what is measured, and the rule that judges it.

`base` says what a claim is; a file a section of the paper. Rules were fixed before the paper's run.
"""

from . import section2, section3, section4  # each adds its claims
from .base import CLAIMS, Run, judged

__all__ = ["CLAIMS", "Run", "judged", "section2", "section3", "section4"]
