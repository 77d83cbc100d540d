"""The LSTM: its equations, its training to the same bits, its truncation and its spectra."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import sentences as tiny
from lowrank.core.errors import Stopped, UserError
from lowrank.core.streams import stream
from lowrank.jobs import prepared, train_lstm_job
from lowrank.sentiment import compression, evaluation, lstm, training
from lowrank.sentiment.sentences import prepare
from lowrank.sentiment.sentences.data import Data, Sentences
from lowrank.store import checkpoint, networks
from reference import PackedLSTM

N = 6


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Data:
    folder = tmp_path_factory.mktemp("sentences")
    files = tiny.treebank(folder / "treebank"), tiny.vectors(folder / "vectors.txt")
    return prepare.prepare(*files, tiny.DIMENSIONS, lowercase=True)[0]


def spec(seed: int = 0, **changes) -> dict:
    small = {"n_neurons": N, "dropout": 0.5, "batch": 8, "epochs": 4, "learning_rate": 0.05}
    known = {"dimensions": tiny.DIMENSIONS, "code": "c"}
    return {"run_seed": 0, "task": "sentiment", "seed": seed, "data": known, "code": "d"} | small | changes


def logistic(x):
    return 1 / (1 + np.exp(-x))


def by_hand(weights: lstm.Weights, words: np.ndarray, vectors: np.ndarray) -> float:
    """The logit of one sentence, straight from the equations, in float64."""
    w = {name: weight.astype(np.float64) for name, weight in weights.items()}
    below = list(vectors[words].astype(np.float64))
    for layer in "12":
        h, c, above = np.zeros(N), np.zeros(N), []
        for x in below:
            i, f, g, o = np.split(w[f"U{layer}"] @ x + w[f"b{layer}"] + w[f"W{layer}"] @ h + w[f"c{layer}"], 4)
            c = logistic(f) * c + logistic(i) * np.tanh(g)
            h = logistic(o) * np.tanh(c)
            above.append(h)
        below = above
    return float(w["v"] @ below[-1] + w["b"])


def each_sentence(part: Sentences) -> list[np.ndarray]:
    return np.split(part.words, np.cumsum(part.lengths)[:-1])


# --- The network


def test_initial_weights_are_uniform_in_pytorchs_bounds():
    big = spec(n_neurons=64, data={"dimensions": 100})
    weights = lstm.initial_weights(big)
    assert {name: weight.shape for name, weight in weights.items()} == lstm.shapes(64, 100)
    theirs = torch.nn.LSTM(100, 64)
    assert weights["U1"].shape == theirs.weight_ih_l0.shape
    assert weights["W2"].shape == theirs.weight_hh_l0.shape
    for name, weight in weights.items():
        bound = 0.1 if name == "U1" else 1 / 8
        assert weight.dtype == np.float32
        assert abs(weight).max() <= bound
        if weight.size > 1000:
            assert weight.std() == pytest.approx(bound / np.sqrt(3), rel=0.05)
            assert abs(weight.mean()) < 4 * bound / np.sqrt(3 * weight.size)


def test_the_spectrum_of_the_initial_weights_is_that_of_a_random_matrix():
    """Marchenko-Pastur: from sd (sqrt(4N) - sqrt(N)) to sd (sqrt(4N) + sqrt(N)), with the elements' sd 1/sqrt(3 N)."""
    weights = lstm.initial_weights(spec(n_neurons=256, data={"dimensions": 100}))
    values = np.linalg.svd(weights["W2"], compute_uv=False)
    assert values[0] == pytest.approx(3 / np.sqrt(3), rel=0.03)
    assert values[-1] == pytest.approx(1 / np.sqrt(3), rel=0.06)


def test_seeds_and_runs_have_weights_of_their_own():
    one = lstm.initial_weights(spec())["W1"]
    assert np.array_equal(one, lstm.initial_weights(spec(learning_rate=1.0))["W1"])
    for other in (spec(seed=1), spec(run_seed=1)):
        assert not np.isclose(one, lstm.initial_weights(other)["W1"]).any()


def test_logits_are_those_of_the_equations(data):
    weights = lstm.initial_weights(spec())
    expected = [by_hand(weights, words, data.vectors) for words in each_sentence(data.train)]
    np.testing.assert_allclose(lstm.logits(weights, data.train, data.vectors), expected, atol=1e-6)


def test_logits_in_training_are_the_same_but_for_dropout(data):
    weights = lstm.initial_weights(spec())
    network = training.Network(spec(), weights, data.vectors)
    every = np.arange(len(data.train))
    words, last = torch.from_numpy(data.train.padded(every)), torch.from_numpy(data.train.lengths - 1).long()
    found = network.logits(words, last, None).detach().numpy()
    np.testing.assert_allclose(found, lstm.logits(weights, data.train, data.vectors), atol=1e-6)
    dropped = network.logits(words, last, np.random.default_rng(0)).detach().numpy()
    assert not np.isclose(dropped, found).any()


def test_logits_are_those_of_pytorchs_two_layers_on_packed_sentences(data):
    weights, plain = lstm.initial_weights(spec()), PackedLSTM(spec(), data.vectors)
    theirs = dict(plain.lstm.named_parameters()) | {"v": plain.readout.weight, "b": plain.readout.bias}
    names = {"U": "weight_ih_l", "W": "weight_hh_l", "b": "bias_ih_l", "c": "bias_hh_l"}
    with torch.no_grad():
        for name, weight in weights.items():
            index = name if len(name) == 1 else f"{names[name[0]]}{int(name[1]) - 1}"
            theirs[index].copy_(torch.from_numpy(weight).reshape(theirs[index].shape))
    expected = plain.evaluate(data.train, 7)
    np.testing.assert_allclose(lstm.logits(weights, data.train, data.vectors), expected, atol=1e-6)


def test_a_sentence_does_not_depend_on_the_others(data):
    weights = lstm.initial_weights(spec())
    together = lstm.logits(weights, data.train, data.vectors)
    for words, expected in zip(each_sentence(data.train), together, strict=True):
        alone = Sentences(words, np.array([len(words)], np.int32), np.array([0], np.int8))
        assert lstm.logits(weights, alone, data.vectors)[0] == pytest.approx(expected, abs=1e-6)


def test_gradients_are_those_of_the_equations(data):
    """Against central differences of the loss by hand, in float64, for some elements of every weight."""
    weights = lstm.initial_weights(spec())
    network = training.Network(spec(dropout=0.0), weights, data.vectors)
    chosen = np.arange(8)
    gradients, summed, _ = network.gradients(data.train, chosen, np.random.default_rng(0))
    words = [each_sentence(data.train)[index] for index in chosen]
    signs = 1 - 2.0 * data.train.labels[chosen]

    def loss(name: str, index: tuple, shift: float) -> float:
        moved = {key: weight.astype(np.float64) for key, weight in weights.items()}
        moved[name][index] += shift
        logits = np.array([by_hand(moved, sentence, data.vectors) for sentence in words])
        return np.logaddexp(0, signs * logits).mean()

    assert summed / 8 == pytest.approx(loss("b", (), 0.0), rel=1e-6)
    rng = np.random.default_rng(1)
    for name, weight in weights.items():
        for _ in range(3):
            index = tuple(rng.integers(size) for size in weight.shape)
            slope = (loss(name, index, 1e-5) - loss(name, index, -1e-5)) / 2e-5
            assert gradients[name][index].item() == pytest.approx(slope, rel=2e-3, abs=2e-6), name


def test_an_update_is_adams(data):
    """The first one moves every weight by the rate, learning_rate / N, against its gradient's sign."""
    weights = lstm.initial_weights(spec())
    network = training.Network(spec(dropout=0.0), weights, data.vectors)
    step = data.train, np.arange(8), np.random.default_rng(0)
    gradients, *_ = network.gradients(*step)
    network.step(*step)
    for name, weight in network.weights().items():
        gradient = gradients[name].numpy()
        expected = weights[name] - 0.05 / N * np.sign(gradient)
        clear = abs(gradient) > 1e-5
        assert clear.any()
        np.testing.assert_allclose(weight[clear], expected[clear], atol=2e-5)


def test_dropout_drops_its_share_and_keeps_the_mean(data):
    network = training.Network(spec(dropout=0.3), lstm.initial_weights(spec()), data.vectors)
    dropped = network._dropped(torch.ones(50, 40, 20), np.random.default_rng(0)).numpy()
    assert set(np.unique(dropped)) == {0, np.float32(1 / 0.7)}
    assert (dropped == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert dropped.mean() == pytest.approx(1, abs=0.015)


# --- Training


def test_an_epoch_has_every_sentence_once_in_batches_of_like_lengths(data):
    first, second = (training.shuffled_batches(spec(), data.train, epoch) for epoch in (0, 1))
    for batches in (first, second):
        assert sorted(np.concatenate(batches)) == list(range(len(data.train)))
        assert [len(batch) for batch in batches] == [8, 8, 8]
        spans = sorted((data.train.lengths[b].min(), data.train.lengths[b].max()) for b in batches)
        assert all(high <= low for (_, high), (low, _) in pairwise(spans))
    assert [batch.tolist() for batch in first] != [batch.tolist() for batch in second]


def test_the_last_batch_holds_what_is_left(data):
    batches = training.shuffled_batches(spec(batch=10), data.train, 0)
    assert sorted(len(batch) for batch in batches) == [4, 10, 10]


def equal(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_training_again_gives_the_same_bits(data):
    one, other = (training.train(spec(), data) for _ in range(2))
    assert equal(one.weights, other.weights)
    assert equal(one.history, other.history)
    third = training.train(spec(seed=1), data)
    assert not np.isclose(one.weights["W1"], third.weights["W1"]).any()


@pytest.mark.parametrize("changes", [{}, {"batch": 1}, {"batch": 5}, {"n_neurons": 256, "epochs": 1}], ids=str)
def test_bits_do_not_depend_on_the_number_of_threads(data, changes):
    """Also where a batch is a single sentence, or its parts are of different sizes."""
    one, *others = (training.train(spec(**changes), data, threads=threads) for threads in (1, 2, 3))
    for other in others:
        assert equal(one.weights, other.weights)
        assert equal(one.history, other.history)


def test_a_training_may_go_on_with_another_number_of_threads(data):
    states = []
    with pytest.raises(Stopped):
        training.train(spec(), data, save=states.append, stopping=after(5), threads=2)
    whole, resumed = training.train(spec(), data), training.train(spec(), data, states[-1])
    assert equal(resumed.weights, whole.weights)
    assert equal(resumed.history, whole.history)


def test_parts_of_a_batch_have_dropout_of_their_own(data):
    """A sentence twice in a batch, once in each part, has two losses."""
    network = training.Network(spec(), lstm.initial_weights(spec()), data.vectors)
    parts, seen = network._part, []
    network._part = lambda *part: seen.append(parts(*part)) or seen[-1]
    network.gradients(data.train, np.zeros(2, int), np.random.default_rng(0))
    (_, one, _), (_, other, _) = seen
    assert one != other


def after(calls: int):
    """A `stopping` that is true from this call on; it is asked once before every update."""
    left = iter([False] * (calls - 1))
    return lambda: next(left, True)


@pytest.mark.parametrize("stops", [[1], [2], [3], [4], [7], [12], [1, 1, 3, 3, 2]], ids=str)
def test_a_stopped_training_goes_on_to_the_same_bits(data, stops):
    """Stopped at once, within an epoch, at its end, at the last update; and all of these in one."""
    whole, states = training.train(spec(), data), [None]
    for stop in stops:
        with pytest.raises(Stopped, match="of 12 updates, state saved"):
            training.train(spec(), data, states[-1], save=states.append, stopping=after(stop))
    resumed = training.train(spec(), data, states[-1])
    assert equal(resumed.weights, whole.weights)
    assert equal(resumed.history, whole.history)


def test_states_are_saved_now_and_then_by_any_clock(data):
    """Every 30 seconds; at once if the clock goes backwards."""
    times, states = iter([*range(0, 1000, 7), *range(0, 1000, 7)]), []
    whole = training.train(spec(), data, save=states.append, clock=lambda: float(next(times)))
    assert 1 < len(states) < 12
    for state in states:
        assert equal(training.train(spec(), data, state).weights, whole.weights)


def test_the_history_is_of_training_with_dropout_and_of_validation_without(data):
    trained = training.train(spec(epochs=1), data)
    accuracy, loss = evaluation.accuracy_and_loss(trained.weights, data.validation, data.vectors)
    assert {name: values.tolist() for name, values in trained.history.items() if "validation" in name} == {
        "validation_loss": [loss],
        "validation_accuracy": [accuracy],
    }
    network = training.Network(spec(), trained.initial, data.vectors)
    batches = training.shuffled_batches(spec(), data.train, 0)
    steps = [network.step(data.train, b, stream(spec(), "dropout", n)) for n, b in enumerate(batches)]
    assert trained.history["train_loss"][0] == sum(loss for loss, _ in steps) / len(data.train)
    assert trained.history["train_accuracy"][0] == sum(right for _, right in steps) / len(data.train)


def test_it_learns_what_sentences_mean(data):
    trained = training.train(spec(epochs=40, learning_rate=0.2, dropout=0.2), data)
    assert trained.history["validation_accuracy"][-1] == 1
    assert trained.history["validation_loss"][-1] < 0.2


@pytest.fixture
def diverged(data) -> training.Trained:
    return training.train(spec(learning_rate=1e40), data)


def test_divergence_ends_training_and_is_a_result(data, diverged):
    assert len(diverged.history["train_loss"]) < 4
    assert all(np.isnan(values[-1]) for values in diverged.history.values())
    arrays = {f"initial.{name}": weight for name, weight in diverged.initial.items()} | diverged.weights
    columns = evaluation.by_rank(arrays, [0, 1], data.validation, data.vectors)
    assert np.isnan(columns["accuracy"]).all()
    assert np.isnan(columns["loss"]).all()
    small = compression.row(spec(), arrays, 1, data.validation, data.vectors)
    assert np.isnan([small["accuracy"], small["loss"]]).all()
    spectra = evaluation.spectra(arrays)
    assert len(spectra["index"]) == 3 * (3 + N + N + N)
    finite = np.isfinite(spectra["singular_value"])
    assert finite.tolist() == [matrix == "W0" for matrix in spectra["matrix"]]


# --- As a job


@pytest.fixture
def here(tmp_path, monkeypatch, data) -> Path:
    """A folder with the prepared data in it."""
    monkeypatch.chdir(tmp_path)
    checkpoint.write(prepared.file(spec()["data"]), spec()["data"], data.arrays(), facts={"treebank": {"name": "T"}})
    return tmp_path


def run(stopping=lambda: False, **changes) -> dict[str, bytes]:
    one = spec(**changes)
    train_lstm_job.run([one], prepared.file(one["data"]), stopping)
    return files()


def files() -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(networks.FOLDER).rglob("*") if p.is_file() and p.name != ".lock"}


def test_a_job_writes_the_network_and_its_history(here, data):
    run()
    about, arrays = checkpoint.read(networks.file(spec()), checkpoint.digest(spec()))
    assert networks.file(spec()).startswith("results/networks/sentiment/seed0-")
    assert about["data"] == {"treebank": {"name": "T"}}
    trained = training.train(spec(), data)
    initial, final = evaluation.split(arrays)
    assert equal(initial, lstm.initial_weights(spec()))
    assert equal(final, trained.weights)
    table = pq.read_table(networks.history(spec()))
    assert table["seed"].to_pylist() == [0] * 4
    assert table["epoch"].to_pylist() == [0, 1, 2, 3]
    assert table["validation_loss"].to_pylist() == trained.history["validation_loss"].tolist()
    assert json.loads(table.schema.metadata[b"about"]) == about["data"]


@pytest.mark.parametrize("stop", [1, 5, 12])
def test_a_stopped_job_goes_on_to_the_same_bytes(here, tmp_path, stop):
    whole = run()
    for path in list(Path(networks.FOLDER).rglob("*.*")):
        if path.is_file():
            path.unlink()
    with pytest.raises(Stopped):
        run(after(stop))
    assert [Path(name).suffix for name in files()] == [".state"]
    assert run() == whole


def test_a_damaged_state_is_set_aside(here, capsys):
    whole = run()
    Path(networks.file(spec())).unlink()
    networks.state(spec()).write_bytes(b"damaged")
    again = run()
    assert again.pop(f"{networks.state(spec()).name}.damaged") == b"damaged"
    assert again == whole
    assert "is not a complete" in capsys.readouterr().out


def test_data_of_another_spec_is_refused(here):
    with pytest.raises(UserError, match="delete it and start again"):
        train_lstm_job.run([spec(data={"dimensions": 3, "code": "other"})], prepared.file(spec()["data"]))


# --- Measures


def test_accuracy_and_loss_of_a_readout_without_recurrence(data):
    """With the readout's bias alone, all sentences get one logit."""
    weights = {name: np.zeros_like(weight) for name, weight in lstm.initial_weights(spec()).items()}
    weights["b"] = np.float32(2)
    accuracy, loss = evaluation.accuracy_and_loss(weights, data.train, data.vectors)
    assert accuracy == 0.5
    assert loss == pytest.approx((np.log1p(np.exp(-2)) + np.log1p(np.exp(2))) / 2)


@pytest.fixture(scope="module")
def both(data) -> tuple[lstm.Weights, lstm.Weights]:
    trained = training.train(spec(), data)
    return trained.initial, trained.weights


@pytest.mark.parametrize("what", ["dW", "W"])
def test_truncation_keeps_just_the_first_ranks(both, what):
    initial, final = both
    for rank, weights in zip(range(N + 1), evaluation.truncations(initial, final, what, range(N + 1)), strict=True):
        for name, weight in weights.items():
            if name not in ("W1", "U2", "W2"):
                assert weight is final[name], name
                continue
            kept = initial[name] if what == "dW" else 0
            values = np.linalg.svd(final[name].astype(float) - kept, compute_uv=False)
            left = np.linalg.svd((weight - kept).astype(float), compute_uv=False)
            np.testing.assert_allclose(left, np.where(np.arange(N) < rank, values, 0), atol=3e-7)


@pytest.mark.parametrize("what", ["dW", "W"])
def test_at_full_rank_nothing_is_truncated(both, what):
    initial, final = both
    (weights,) = evaluation.truncations(initial, final, what, [N])
    for name in final:
        np.testing.assert_allclose(weights[name], final[name], atol=1e-6)


def test_measures_by_rank_are_those_of_the_truncated_networks(both, data):
    initial, final = both
    arrays = {f"initial.{name}": weight for name, weight in initial.items()} | final
    columns = evaluation.by_rank(arrays, [0, 2], data.validation, data.vectors)
    assert columns["truncated"] == ("dW", "dW", "W", "W")
    assert columns["rank"] == (0, 2, 0, 2)
    untrained = final | {name: initial[name] for name in evaluation.TRUNCATED}
    assert (columns["accuracy"][0], columns["loss"][0]) == evaluation.accuracy_and_loss(
        untrained, data.validation, data.vectors
    )


def test_spectra_are_those_of_the_matrices(both):
    initial, final = both
    arrays = {f"initial.{name}": weight for name, weight in initial.items()} | final
    columns = evaluation.spectra(arrays)
    rows = list(zip(*columns.values(), strict=True))
    for weight in ("U1", "W1", "U2", "W2"):
        change = final[weight].astype(float) - initial[weight]
        for matrix, array in (("W0", initial[weight]), ("W", final[weight]), ("dW", change)):
            found = [(index, value) for w, m, index, value in rows if (w, m) == (weight, matrix)]
            expected = np.linalg.svd(array.astype(float), compute_uv=False)
            assert [index for index, _ in found] == list(range(1, len(expected) + 1))
            np.testing.assert_allclose([value for _, value in found], expected, atol=1e-7)


def test_a_network_kept_small_is_that_of_its_stream_and_the_first_ranks_of_dw(both, data):
    """W0 is drawn anew: what the file says of it does not matter, but for dW."""
    initial, final = both
    arrays = {f"initial.{name}": weight for name, weight in initial.items()} | final
    (expected,) = evaluation.truncations(initial, final, "dW", [2])
    small = compression.unpacked(spec(), arrays, 2)
    for name in final:
        np.testing.assert_allclose(small[name], expected[name], atol=1e-6, err_msg=name)
    moved = arrays | {
        name: arrays[name] + 1 for name in arrays if name.removeprefix("initial.") in evaluation.TRUNCATED
    }
    for name, weight in compression.unpacked(spec(), moved, 2).items():
        np.testing.assert_allclose(weight, small[name], atol=1e-6, err_msg=name)
    row = compression.row(spec(), arrays, 2, data.validation, data.vectors)
    assert (row["truncated"], row["rank"]) == ("compressed", 2)
    assert (row["accuracy"], row["loss"]) == evaluation.accuracy_and_loss(small, data.validation, data.vectors)
