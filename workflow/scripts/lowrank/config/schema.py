"""Config schema: the keys of each section with their types and ranges."""

import re
from collections import Counter
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator


def _not_bool(value):
    if isinstance(value, bool):
        raise ValueError("is true or false, but must be a number")
    return value


def _distinct(values: list) -> list:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"names {', '.join(map(str, twice))} twice")
    return values


def _like(pattern: str, what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is not {what}")
        return text

    return AfterValidator(check)


def _not_shared(run: str) -> str:
    if run == "networks":
        raise ValueError("'networks' is the folder of the networks that all runs share")
    return run


def _text(value):
    """Reject a name that YAML or the command line parsed as another type: 2026_11 as 202611, 2026-11-26 as a date."""
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        raise ValueError(f"{value} is read as a number or a date, not as a name: begin it with a letter")
    return value


NN_RNN = {"W": "weight_hh_l0", "M": "weight_ih_l0", "v": "weight"}  # of an nn.RNN, and of an nn.Linear as its readout
LONGEST_SPAN = 100_000


def _spans(value):
    """Expand spans in a list of integers: 0-25, or 16-256:16 with a step."""
    items = value if isinstance(value, list) else [value]
    spans = [(item, re.fullmatch(r"(\d+)-(\d+)(?::([1-9]\d*))?", str(item))) for item in items]
    numbers = []
    for item, found in spans:
        span = range(int(found[1]), int(found[2]) + 1, int(found[3] or 1)) if found else [item]
        if span[LONGEST_SPAN:]:
            raise ValueError(f"{item} is more than {LONGEST_SPAN} numbers")
        numbers += span
    return numbers


def _seed_spans(value):
    """Expand spans, but leave a number alone: seeds: 5 could mean one seed or five."""
    return value if isinstance(value, int) else _spans(value)


def _null(value):
    """Convert the text null, as the command line passes it inside a mapping, to None."""
    return None if value == "null" else value


NUMBER = BeforeValidator(_not_bool)
Count = Annotated[int, NUMBER, Field(ge=1, le=10**9)]  # no array holds more; memory limits show up in the jobs
Seed = Annotated[int, NUMBER, Field(ge=0, le=2**63 - 1)]  # int64 in tables
Seeds = Annotated[list[Seed], BeforeValidator(_seed_spans), Field(min_length=1), AfterValidator(_distinct)]
Positive = Annotated[float, NUMBER, Field(gt=0)]
Strength = Annotated[float, NUMBER, Field(ge=0), AfterValidator(abs)]  # turns -0.0 into 0.0
Strengths = Annotated[list[Strength], Field(min_length=1)]
AnyStrengths = Strengths
GroupSize = Count
Share = Annotated[float, NUMBER, Field(gt=0, lt=1)]
Ranks = Annotated[
    list[Annotated[int, NUMBER, Field(ge=0)]],
    BeforeValidator(_spans),
    Field(min_length=1),
    AfterValidator(_distinct),
    AfterValidator(sorted),
]
File = Annotated[str | None, BeforeValidator(_null)]
Name = Annotated[  # file names are limited to 255 bytes: leave room for suffixes
    str,
    BeforeValidator(_text),
    _like(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "a folder name of at most 100 letters, digits and _ . -"),
]
Color = Annotated[str, _like(r"#[0-9a-fA-F]{6}", "a colour as in '#3465b0'")]


class Section(BaseModel):
    """A section of the config. Unknown keys are rejected, so typos are caught; numbers must be finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Step(Section):
    """The Euler step alone, for checking durations against it."""

    dt: Annotated[float, NUMBER, Field(gt=0, le=1)]


class Training(Step):
    """How a network is made and trained; given in `training` and overridden by a task's own values."""

    n_neurons: Count
    batch: Count
    nonlinearity: Literal["tanh", "identity"]
    optimizer: Literal["adam", "sgd"]
    learning_rate: Positive
    rate_scaling: Literal["n_neurons", "effective_time", "none"]
    trained: list[Literal["W", "M", "v"]]
    kernel: Literal["reference", "fast"]
    eigenvalues_every: Annotated[Count | None, BeforeValidator(_null)]

    @field_validator("trained")
    @classmethod
    def _with_connectivity(cls, names: list) -> list:
        if "W" not in _distinct(names):
            raise ValueError("must hold W: dW is what the paper measures")
        return sorted(names, key="WMv".index)


class Networks(Training):
    """A task's networks: the settings common to all tasks."""

    g: Strengths
    epochs: Count
    module: str  # the file in tasks/
    seeds: Annotated[Seeds | None, BeforeValidator(_null)] = None  # default: the run's

    _no_g_twice = field_validator("g")(_distinct)

    @model_validator(mode="after")
    def _fits_together(self):
        if self.rate_scaling == "effective_time" and self.optimizer != "sgd":
            raise ValueError("rate_scaling effective_time is for optimizer sgd: Adam has one rate for all networks")
        linear = self.nonlinearity == "identity"
        if (linear or self.rate_scaling == "effective_time") and max(self.g) >= 1:
            raise ValueError(
                f"g = {max(self.g):g} is too large: from g = 1 on the fixed point of a linear network is unstable "
                "(Section 3), and the effective learning time is not defined"
            )
        return self


class Names(Section):
    """Names of a network's arrays in its file; W0 has the name of W if the untrained network has a file of its own."""

    W: str
    M: str
    v: str
    W0: str | None = None
    M0: str | None = None
    v0: str | None = None


Factor = Annotated[Literal["1", "sqrt(N)", "1/sqrt(N)", "1/N"], BeforeValidator(str)]


class Scale(Section):
    """Factors that make a file's input and readout vectors those of x' = -x + W r + M u, z = v' r."""

    M: Factor
    v: Factor


class Imported(Section):
    """Files of networks that were trained elsewhere, one per g and seed, and how they are read."""

    files: str  # with {g} and {seed} in place of their values
    initial: File = None  # likewise: the untrained networks, under the same names, unless the same files have them
    names: Annotated[Names, BeforeValidator(lambda names: NN_RNN if names == "nn.RNN" else names)]
    orientation: Literal["paper", "to_from", "from_to"]
    scale: Scale
    ignored: list[str] = []  # names of arrays that play no part in the network
    sha256: dict[str, list[str]] = {}  # of the files, by network, as recorded by an earlier start: they are not read

    @model_validator(mode="after")
    def _with_the_untrained(self):
        if self.initial is None and self.names.W0 is None:
            raise ValueError("W0 is missing: name it under `names`, or the untrained network's file under `initial`")
        return self


class ImportedNetworks(Step):
    """A task's networks that were trained elsewhere: what takes the place of `Networks`, without defaults."""

    g: Annotated[Strengths | None, BeforeValidator(_null)]  # null: that of W0's elements
    seeds: Annotated[Seeds | None, BeforeValidator(_null)] = None  # default: the run's
    n_neurons: Count
    nonlinearity: Literal["tanh", "identity"]
    module: str  # the file in tasks/ with the task that judges them
    imported: Imported

    _no_g_twice = field_validator("g")(lambda g: g and _distinct(g))


class Measure(Section):
    """How trained networks are measured and summarised; each measure adds its own settings."""

    threshold: Share
    resamples: Annotated[int, NUMBER, Field(ge=0, le=10_000)]


class Sentiment(Section):
    """Section 4: the LSTM and its data; each of its measures adds its own settings."""

    seeds: Seeds
    treebank: File
    vectors: File
    lowercase: bool
    dimensions: Count
    n_neurons: Count
    dropout: Annotated[float, NUMBER, Field(ge=0, lt=1)]
    batch: Count
    epochs: Count
    learning_rate: Positive


class Figures(Section):
    """Appearance of the figures; each figure has a section of its own."""

    colors: dict[str, Color]
    labels: dict[str, str]


class Config(Section):
    """The whole config; tasks are checked one by one because each declares its own parameters."""

    run: Annotated[Name, AfterValidator(_not_shared)]
    run_seed: Annotated[int, NUMBER, Field(ge=0)]
    seeds: Seeds
    device: Literal["cpu", "cuda"]
    stack: Count
    training: dict
    tasks: dict[Name, dict | None]
    measure: Measure
    sentiment: Sentiment | None
    figures: Figures
    archive: File
    archive_networks: bool
    archive_data: bool
    verify_sample: Annotated[int, NUMBER, Field(ge=0)]
