"""Entries of the config's tasks: like another, over several values, left out, with seeds of their own."""

from copy import deepcopy

import pytest
import yaml

from lowrank.config import drawing, entries
from lowrank.config.config import validated
from lowrank.core.errors import UserError
from lowrank.plan import plan
from specs import RAW
from test_readme import block
from workflow import merged

BASE = {
    "a": {"g": [0.0], "epochs": 3, "n_neurons": 16},
    "b": {"like": "a", "epochs": 4},
    "c": {"like": "b", "n_neurons": 32},
}


def config(**tasks) -> dict:
    """The paper's config with other entries, of the flip-flop and what is like it alone."""
    raw = deepcopy(RAW) | {"sentiment": None}
    raw["tasks"] = {name: raw["tasks"][name] if name == "flipflop" else None for name in raw["tasks"]} | tasks
    return raw


def errors(tasks: dict) -> list[str]:
    with pytest.raises(UserError) as caught:
        entries.expanded(tasks)
    return str(caught.value).split("\n  ")


def test_an_entry_takes_the_keys_of_those_it_is_like_and_keeps_its_own():
    found = entries.expanded(BASE)
    assert found["c"] == {"module": "a", "g": [0.0], "epochs": 4, "n_neurons": 32}
    assert found["a"] == BASE["a"]


def test_the_module_of_the_first_entry_is_inherited():
    assert entries.expanded({"a": {"module": "linear"}, "b": {"like": "a"}})["b"] == {"module": "linear"}


def test_over_stands_for_an_entry_for_each_value_and_each_combination():
    found = entries.expanded(BASE | {"a_N": {"like": "a", "over": {"n_neurons": [8, 64]}}})
    assert [found[name]["n_neurons"] for name in ("a_N8", "a_N64")] == [8, 64]
    assert "a_N" not in found
    found = entries.expanded(BASE | {"a_": {"like": "a", "over": {"epochs": [1, 2], "rate": [0.5, 1e-3]}}})
    assert [name for name in found if "_" in name] == ["a_1_0.5", "a_1_0.001", "a_2_0.5", "a_2_0.001"]


@pytest.mark.parametrize("yes", [True, "true", "True"])
def test_what_is_left_out_has_no_networks_and_lends_its_numbers(yes):
    found = entries.expanded(BASE | {"b": BASE["b"] | {"left_out": yes}})
    assert found["b"] is None
    assert found["c"]["epochs"] == 4


def test_what_is_left_out_may_be_like_what_is_null():
    assert entries.expanded({"a": None, "b": {"like": "a", "left_out": True}}) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("tasks", "error"),
    [
        ({"a": {"like": "b"}, "b": {"like": "a"}}, "tasks.a.like = 'b': b is like a is like b"),
        ({"a": {}, "b": {"like": "c"}}, "tasks.b.like = 'c': there is no such task"),
        ({"romo": {}, "b": {"like": "rome"}}, "did you mean romo?"),
        ({"a": None, "b": {"like": "a"}}, "that is null; to leave it out and keep its numbers, set its left_out: true"),
        ({"a": {}, "b": {"like": ["a"]}}, "tasks.b.like = ['a']: it must be the name of a task"),
        ({1: {}, "b": {"like": "c"}}, "tasks.b.like = 'c': there is no such task (known: 1, b)"),
        ({"a": "text", "b": {"like": "a"}}, "tasks.b.like = 'a': that is 'text', not a mapping"),
        ({"a": {"over": {"n": [1, "1"]}}}, "two combinations give the name 'a1'"),
        ({"a": {"over": {"n": ["1", "1_2"], "m": ["2_3", "3"]}}}, "two combinations give the name 'a1_2_3'"),
        ({"a": {"over": [1]}}, "it must be a mapping from keys of the entry to lists of values"),
        ({"a": {"over": {}}}, "it must be a mapping"),
        ({"a": {"over": {"n": 3}}}, "n needs a list of values"),
        ({"a": {"over": {"n": []}}}, "n needs a list of values"),
        ({"a": {"over": {"n": [True]}}}, "must be numbers or words"),
        ({"a": {"over": {"n": [[1, 2]]}}}, "must be numbers or words"),
        ({"a": {"over": {"n": [1, 2, 1]}}}, "n names 1 twice"),
        ({"a": {"over": {"n": [1]}}, "a1": {}}, "'a1', which is there already"),
        ({"a": {"left_out": "maybe"}}, "tasks.a.left_out = 'maybe': it must be true or false"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tasks, error):
    assert error in errors(tasks)[-1]


def test_all_that_is_wrong_is_said():
    assert len(errors({"a": {"over": 1}, "b": {"like": "c"}})) == 2


def test_an_error_of_a_base_is_said_once():
    assert len(errors({"b": {"like": "nothing"}, "c": {"like": "b"}, "d": {"like": "c"}})) == 1


def test_an_unknown_key_of_an_entry_like_another_is_named():
    with pytest.raises(UserError, match=r"tasks\.mine\.epoch is not a key of the config: did you mean epochs\?"):
        validated(config(mine={"like": "flipflop", "epoch": 3}))


def test_networks_of_an_entry_like_another_have_streams_of_their_own():
    made = plan.make(config(mine={"like": "flipflop", "g": [0.9]}))
    one, other = plan.spec(made, "mine/g0.9/seed0"), plan.spec(made, "flipflop/g0.9/seed0")
    assert one | {"task": "flipflop"} == other
    assert one["task"] == "mine"


def test_an_entry_may_have_seeds_of_its_own():
    made = plan.make(config(mine={"like": "flipflop", "g": [0.9], "seeds": "7-9"}))
    assert [key for key in plan.keys(made) if key.startswith("mine")] == [f"mine/g0.9/seed{s}" for s in (7, 8, 9)]
    assert {key.rpartition("seed")[2] for key in plan.keys(made) if key.startswith("flipflop")} == set("01234")


def test_seeds_may_be_a_span_and_one_number_is_no_list():
    assert validated(config() | {"seeds": ["0-2", 9]})["seeds"] == [0, 1, 2, 9]
    with pytest.raises(UserError, match="seeds = 5"):
        validated(config() | {"seeds": 5})


def test_seeds_that_are_null_are_those_of_the_run():
    """As text, too: so the command line passes it inside a mapping."""
    assert validated(config(mine={"like": "flipflop", "seeds": "null"}))["tasks"]["mine"]["seeds"] == [0, 1, 2, 3, 4]


def test_a_task_without_the_seed_that_a_figure_takes_from_another_is_named():
    cosine = RAW["tasks"]["cosine"] | {"left_out": False}
    assert "figS_cosine" in drawing.of_run(validated(config(cosine=cosine | {"seeds": [7, 0]})))
    sentence = r"figures\.fig3\.seed = 0 is not one of tasks\.cosine\.seeds = \[7\], and figures\.figS_cosine"
    with pytest.raises(UserError, match=sentence):
        validated(config(cosine=cosine | {"seeds": [7]}))


def test_the_example_of_the_documentation_gives_the_tasks_that_it_says():
    """Presets and --configfile are laid over config.yaml key by key."""
    raw = merged(RAW, yaml.safe_load(block("config/README.md", "run: mine"))) | {"sentiment": None}
    settings = validated(raw)
    paper = ["flipflop", "romo", "linear_z0.5", "linear_z1.0", "linear_z2.0"]
    assert list(settings["tasks"]) == [*paper, "slow", "slow_N64", "slow_N128"]
    assert settings["tasks"]["slow_N64"]["learning_rate"] == 0.01
    assert settings["tasks"]["slow_N128"]["seeds"] == [0, 1, 2, 7]


def test_beside_are_the_tasks_that_differ_in_the_one_key():
    tasks = validated(
        config(
            smaller={"like": "flipflop", "n_neurons": 64, "g": [0.9], "seeds": [7]},
            longer={"like": "flipflop", "n_neurons": 128, "epochs": 7},
        )
    )["tasks"]
    assert drawing.beside(tasks, "flipflop", "n_neurons") == [[64, "smaller"], [256, "flipflop"]]


def test_a_figure_over_sizes_is_drawn_where_there_are_sizes():
    assert "figS_size" not in drawing.of_run(validated(config()))
    settings = validated(config(smaller={"like": "flipflop", "n_neurons": 64, "g": [0.9]}))
    assert "figS_size" in drawing.of_run(settings)
    assert drawing.networks(settings, "figS_size") == ["smaller", "flipflop"]
    assert drawing.sizes(settings) == {"flipflop": ["smaller", "flipflop"]}


def test_a_figure_of_groups_of_seeds_leaves_out_tasks_with_fewer_than_two():
    settings = validated(config(more={"like": "flipflop", "seeds": "0-9"}, fewer={"like": "flipflop", "seeds": "0-8"}))
    settings["figures"]["fig2_seeds"]["tasks"] += ["more", "fewer"]
    assert drawing.tasks(settings, "fig2_seeds") == ["more"]
    assert "fig2_seeds" in drawing.of_run(settings)
    assert "fig2_seeds" not in drawing.of_run(validated(config()))


def test_a_figure_with_any_strengths_leaves_out_tasks_without_them():
    settings = validated(config(other={"like": "flipflop", "g": [0.3]}))
    settings["figures"]["figS_spectra"]["tasks"] = ["flipflop", "other"]
    assert drawing.tasks(settings, "figS_spectra") == ["flipflop"]
