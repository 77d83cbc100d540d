# The short commands. `make figures` on a fresh machine needs Python 3.11, 3.12 or 3.13 and nothing else.

SHELL := /bin/bash
PYTHON ?= python3
CORES ?= all
BIN := .venv/bin
SNAKEMAKE := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/snakemake --logger progress --cores $(CORES)

# Containers may run as a user who has no name, and no home that can be written, and a cluster's homes are often full;
# Snakemake asks for a name, and copies the workflow into the user's cache.
export USER ?= nobody
CACHE = $${XDG_CACHE_HOME:-$$HOME}
ifneq ($(shell (f=$$(mktemp "$(CACHE)/.room.XXXXXX") || exit; \
  head -c 1000000 /dev/zero > "$$f" && echo yes; rm -f "$$f") 2> /dev/null),yes)
export HOME := $(CURDIR)/.snakemake/home
unexport XDG_CACHE_HOME
endif

# As a notebook sets it, it would keep `make diff` from importing Matplotlib.
unexport MPLBACKEND

# Into the environment and nowhere else, whatever pip's own config or PYTHONPATH says.
PIP := PIP_USER=0 PIP_TARGET= PIP_PREFIX=

# What is importable in the environment: the library, and the logger plugin that Snakemake finds by its name.
LINKED := lowrank commands/progress/plugin/snakemake_logger_plugin_progress

DEVICE ?= cpu
# Seconds that the job of `make doctor` on a cluster may take to answer.
WAIT ?= 120

# What `make explain` and `make diff` are asked, and of which run: see docs/commands.md.
WHAT ?=
RUN ?= paper
A ?= paper
B ?= quick
# What `make unused` does besides listing (1: delete), and where: as Snakemake's --directory.
DELETE ?=
DIR ?=
# What `make plan` looks at: a preset, a profile, and words for Snakemake.
PRESET ?=
PROFILE ?=
ARGS ?=

# How many networks, about, for each line of `make benchmark-scale`.
NETWORKS ?= 300 3000 10000

# What `make test-again` is told: how often each test runs, beside how many busy loops, and pytest's words for which.
TIMES ?= 20
BUSY ?= 2
ONLY ?= tests/slurm tests/test_stacks.py tests/test_faults.py

# The archive that `make validate` checks.
FILE ?= results/quick/archive/quick.zip

SITE_PACKAGES = -Ic 'import site; print(site.getsitepackages()[0])'

.PHONY: figures paper report claims docs pages doctor explain plan diff unused test test-slurm test-docs test-again validate benchmark benchmark-scale lint format pins freeze

figures: .venv/ready  ## all figures at a reduced size, in minutes
	$(SNAKEMAKE) --configfile workflow/presets/quick.yaml
	@ls -1 results/quick/figures/*

paper: .venv/ready  ## Figures 1-5 at the paper's size; the rest of the supplement is a preset, see docs/start.md
	$(SNAKEMAKE)
	@ls -1 results/paper/figures/*

report: .venv/ready  ## results/paper/report.html, or that of another run: RUN=quick
	@[[ "$(RUN)" =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$$ && -f "results/$(RUN)/config.yaml" ]] || \
	  { echo "There is no run $(RUN): results/$(RUN)/config.yaml is missing"; exit 1; }
	$(SNAKEMAKE) report --configfile results/$(RUN)/config.yaml --replace-workflow-config

claims: .venv/ready  ## all the paper's claims, judged on the presets that they need: results/claims.md
	$(SNAKEMAKE) claims
	$(SNAKEMAKE) claims --configfile workflow/presets/supplement.yaml
	$(SNAKEMAKE) claims --configfile workflow/presets/variants.yaml
	@$(BIN)/python workflow/scripts/all_claims.py paper supplement variants

docs: .venv-docs/ready  ## the documentation as a site, its tutorials executed: site/index.html
	.venv-docs/bin/python -m sphinx --fail-on-warning --keep-going --quiet docs site

pages: .venv/ready  ## write the pages of tables and config keys, docs/tables.md and config/README.md, from the code
	$(BIN)/python docs/pages.py

doctor: .venv/ready  ## check that everything a run needs is in place, here and on the cluster
	@$(BIN)/python workflow/scripts/doctor.py --wait $(WAIT)

explain: .venv/ready  ## where a number comes from: WHAT=fig2.b, claim.12, romo/g0.9/seed0, ...; RUN=quick
	@$(BIN)/python workflow/scripts/explain.py --run "$(RUN)" $(WHAT)

plan: .venv/ready  ## what would run and why, core and GPU hours, disk: PRESET=quick, PROFILE=slurm, ARGS="fig3"
	@$(BIN)/python workflow/scripts/plan.py --cores "$(CORES)" --preset "$(PRESET)" --profile "$(PROFILE)" $(ARGS)

diff: .venv/ready  ## two runs: config, verdicts, numbers, figures over one another: A=paper B=quick
	@$(BIN)/python workflow/scripts/diff.py "$(A)" "$(B)"

unused: .venv/ready  ## networks and measures that no recorded run needs, with their size; DELETE=1 deletes them
	@$(BIN)/python workflow/scripts/unused.py --directory "$(DIR)" $(if $(filter 1,$(DELETE)),--delete)

test: .venv/ready
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/slurm --ignore tests/docs

test-slurm: .venv/ready  ## faults of clusters, on a SLURM that the tests start (Debian: slurm-wlm; as root)
	$(BIN)/python -m pytest -n 6 tests/slurm

test-docs: docs  ## the site in a browser, at the width of a desktop and of a phone
	$(BIN)/python -m pytest tests/docs

test-again: .venv/ready  ## tests many times, a line of passes and failures each: TIMES=20 BUSY=2 ONLY="tests/slurm -k ctrl_c"
	PYTHONPATH=tests $(BIN)/python -m pytest -p again --times $(TIMES) --busy $(BUSY) $(ONLY)

validate: .venv-validator/ready  ## whether other programs read an archive: FILE=..., as `snakemake archive` wrote it
	.venv-validator/bin/python tests/validator.py $(FILE)

benchmark: .venv/ready  ## what trains, against plain PyTorch, as a ratio; DEVICE=cuda: stacks on a GPU
	PYTHONPATH=workflow/scripts $(BIN)/python tests/benchmark.py --device $(DEVICE)

benchmark-scale: .venv/ready  ## how a start, and a job on a cluster, grow with the number of networks
	PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=workflow/scripts:tests $(BIN)/python tests/scale.py $(NETWORKS)

lint: .venv/ready
	$(BIN)/ruff check workflow tests docs envs
	$(BIN)/ruff format --check workflow tests docs envs
	$(BIN)/snakefmt --check Snakefile workflow

format: .venv/ready
	$(BIN)/ruff check --fix workflow tests docs envs
	$(BIN)/ruff format workflow tests docs envs
	$(BIN)/snakefmt Snakefile workflow

pins:  ## write the pip and conda files from envs/pins.toml
	$(PYTHON) envs/make.py

freeze: .venv/ready  ## pin what the pinned packages brought along
	$(BIN)/python envs/make.py --freeze

.venv/ready: envs/requirements.txt
	@$(PYTHON) envs/here.py
	$(PYTHON) -m venv .venv
	$(PIP) $(BIN)/python -I -m pip install --quiet --disable-pip-version-check -r envs/requirements.txt
	@ln -sfn $(addprefix "$(CURDIR)"/workflow/scripts/,$(LINKED)) "$$($(BIN)/python $(SITE_PACKAGES))/"
	@touch $@

# What the site needs, beside the packages of .venv, which its tutorials use.
.venv-docs/ready: envs/docs.txt .venv/ready
	$(PYTHON) -m venv .venv-docs
	$(BIN)/python $(SITE_PACKAGES) > "$$(.venv-docs/bin/python $(SITE_PACKAGES))/lowrank.pth"
	$(PIP) .venv-docs/bin/python -I -m pip install --quiet --disable-pip-version-check -r envs/docs.txt
	@touch $@

.venv-validator/ready: envs/validator.txt
	$(PYTHON) -m venv .venv-validator
	$(PIP) .venv-validator/bin/python -I -m pip install --quiet --disable-pip-version-check -r envs/validator.txt
	@touch $@
