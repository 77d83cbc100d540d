"""The site that `make docs` builds: the pages here, executed tutorials, and a reference."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))
os.environ["PYTHONPATH"] = sys.path[0]  # of the tutorials: they use this clone's library, whatever the environment's is

project = "Randomness and structure during learning in RNNs"
author = "The lowrank-rnn authors"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_design"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
highlight_language = "text"  # of the indented blocks, which hold commands and their output
default_role = "code"  # docstrings quote names in single backquotes
autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True

nb_custom_formats = {".nb.py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "cache"  # a tutorial runs again when its code changes
nb_execution_cache_path = str(ROOT / "site/.tutorials")
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_output_stderr = "remove"  # progress bars

html_theme = "furo"
html_title = "Randomness and structure in RNNs"
html_show_copyright = False
html_copy_source = False
