"""`make plan`: the jobs are Snakemake's own, their seconds those of earlier jobs, their bytes those of the files."""

import subprocess
from collections import Counter

import pytest

import plan as script
import workflow
from commands.explain.runs import Run
from commands.plan import benchmarks, disk, dryrun
from commands.plan.dryrun import Job
from commands.plan.seconds import SHIPPED, Clock, Point, shipped
from commands.plan.waiting import hours, longest_chain, one_slot_each
from commands.plan.work import Plan, Work
from lowrank import measures
from lowrank.plan import plan as planning


def run_command(folder, *words: str) -> subprocess.CompletedProcess:
    return workflow.program(folder / "workflow/scripts/plan.py", *words)


def planned(folder, *words: str) -> dict[str, list[str]]:
    """The lines of the table by rule: its cells."""
    done = run_command(folder, *words, "--configfile", "tiny.yaml")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]
    return {row[0]: row[1:] for row in cells}


def test_jobs_and_reasons_are_snakemakes_own(project):
    workflow.configure(project, tasks={"romo": {"epochs": 22}}, measure={"shuffles": 2})
    rows = planned(project, "--cores", "2")
    jobs = workflow.planned(project)
    counts = Counter(name.partition(" ")[0] for name in jobs.names)
    assert {name: int(cells[0]) for name, cells in rows.items() if not name.startswith(("train ", "gather"))} == {
        name: count for name, count in counts.items() if name not in ("train", "gather")
    }
    assert rows["train romo"][0] == "2" == f"{len(jobs.networks)}"
    assert "missing output 2" in rows["train romo"]
    assert f"not as planned {counts['shuffle']}" in rows["shuffle"]
    assert any(cell.startswith("input updated") for cell in rows["summary"])
    assert "10 of your benchmarks" in " ".join(rows["shuffle"]) or "benchmarks" in rows["shuffle"][-1]


def test_where_nothing_is_to_be_done_it_says_so(finished):
    done = run_command(finished, "--configfile", "tiny.yaml")
    assert (done.returncode, done.stdout) == (0, "nothing to be done\n")


def test_a_fresh_clone_knows_the_time_of_every_job(tmp_path):
    """Without results; on a cluster, but for the LSTM on a GPU, of which there is no measurement."""
    workflow.copy_sources(tmp_path / "fresh")
    done = run_command(tmp_path / "fresh", "--configfile", "tiny.yaml")
    assert "not known" not in done.stdout
    assert "benchmarks" not in done.stdout
    assert "train romo" in done.stdout
    assert "shipped: seconds as on" in done.stdout
    done = run_command(tmp_path / "fresh", "--profile", "slurm", "--configfile", "tiny.yaml")
    assert "GPU hours" in done.stdout
    assert "a cluster that runs 100 of them at a time" in done.stdout
    assert "1 (2 networks)" in done.stdout
    assert "without train_sentiment, whose time is not known" in done.stdout


@pytest.mark.parametrize("content", ["jobs: unlimited\n", "executor: slurm\n"])
def test_a_profile_may_leave_the_number_of_jobs_open(tmp_path, content):
    (tmp_path / "config.yaml").write_text(content)
    assert script._machine(str(tmp_path), "2", []).name == "2 cores of this machine"


def test_bad_words_are_one_sentence(finished):
    for words, sentence in {
        ("--preset", "quik"): "there is no preset 'quik': did you mean quick?\n",
        ("--profile", "slrum"): "there is no profile 'slrum': slrum/config.yaml is missing; slurm is one\n",
        ("--cores", "few"): "--cores few: must be a number of cores or all\n",
        ("--config", "sede=[1]"): "sede is not a key of the config: did you mean seeds?\n",
        ("--configfile", "tiny.yaml", "fig9"): "fig9",
    }.items():
        done = run_command(finished, *words)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) <= 2


# Seconds


WORK = Work("train", "romo", "romo", "reference", "cpu", 256, 1000)
TABLE = {("train", "romo", "reference", "cpu"): [Point(128, 2.0, 0.01, "M"), Point(256, 2.0, 0.02, "M")]}


def test_the_table_is_scaled_by_amount_and_by_a_power_of_n():
    of = Clock(TABLE, []).of
    assert of(WORK).seconds == pytest.approx(22)
    assert of(WORK).machine == "M"
    assert of(WORK._replace(amount=500)).seconds == pytest.approx(12)
    assert of(WORK._replace(n_neurons=512)).seconds == pytest.approx(42)
    assert of(WORK._replace(n_neurons=64)).seconds == pytest.approx(7)
    assert of(WORK._replace(task="mine", module="mine")).seconds == pytest.approx(22), "a task of one's own"
    assert of(WORK._replace(device="cuda")).seconds is None


def test_benchmarks_of_the_same_kind_count_whatever_their_size():
    """Three times as slow as the table in most: so is the estimate; exact for what was measured."""
    earlier = [benchmarks.Measured(WORK._replace(amount=100, n_neurons=128), seconds) for seconds in (9, 9, 900)]
    estimate = Clock(TABLE, earlier).of(WORK)
    assert estimate.seconds == pytest.approx(66)
    assert [count for _, count in estimate.benchmarks] == [3]
    assert Clock(TABLE, earlier).of(earlier[0].work).seconds == pytest.approx(9)
    assert Clock(TABLE, earlier).of(WORK._replace(task="other", module="other")).seconds == pytest.approx(22)


def test_a_task_without_benchmarks_takes_those_of_its_module():
    """As another size of a task that was measured; a task's own count alone."""
    other = benchmarks.Measured(WORK._replace(task="other"), 66)
    assert Clock(TABLE, [other]).of(WORK).seconds == pytest.approx(66)
    assert Clock(TABLE, [other, benchmarks.Measured(WORK, 11)]).of(WORK).seconds == pytest.approx(11)


def test_benchmarks_of_what_the_table_does_not_have_count_by_amount():
    own = WORK._replace(rule="norms", amount=3)
    clock = Clock(TABLE, [benchmarks.Measured(own, seconds) for seconds in (6, 9, 60)])
    estimate = clock.of(own._replace(amount=10))
    assert estimate.seconds == pytest.approx(30)
    assert [count for _, count in estimate.benchmarks] == [3]
    assert clock.of(own._replace(task="other", module="other")).seconds is None


def test_the_shipped_table_is_whole():
    table = shipped()
    assert all(point.machine and point.start >= 0 for points in table.values() for point in points)
    trained = {module for rule, module, _, device in table if (rule, device) == ("train", "cpu")}
    assert trained == {"flipflop", "mante", "romo", "linear"}
    assert "NOT MEASURED" in SHIPPED.read_text(), "what is said of the lines for GPUs"


def test_benchmarks_of_a_run_are_told_by_its_networks_and_config(finished, monkeypatch):
    monkeypatch.chdir(finished)
    found = benchmarks.measured()
    by_rule = Counter(each.work.rule for each in found)
    networks = len(Run("tiny").frame("summary"))
    assert by_rule == {
        **dict.fromkeys(("train", *(each.rule for each in measures.of(lstm=False))), networks),
        **dict.fromkeys(("train_sentiment", *(each.rule for each in measures.of(lstm=True))), 1),
    }
    romo = next(each.work for each in found if each.work.rule == "train" and each.work.task == "romo")
    assert (romo.n_neurons, romo.amount, romo.kernel) == (12, 21, "compiled")


@pytest.mark.parametrize(("device", "threads"), [("cpu", 2), ("cuda", 1)])
def test_the_lstm_trains_on_two_cores_of_a_cpu(project, monkeypatch, device, threads):
    monkeypatch.chdir(project)
    workflow.configure(project, device=device, sentiment={"epochs": 4})
    _, jobs = dryrun.planned(["fig5", "--configfile", "tiny.yaml"])
    found = {job.rule: job.threads for job in jobs}
    assert found.pop("train_sentiment") == threads
    assert set(found.values()) == {1}


# Hours


def job(name: str, *after: str, gpu: int = 0, priority: int = 0, threads: int = 1) -> Job:
    return Job(name, "", [f"{other}.out" for other in after], [f"{name}.out"], {}, gpu, priority, threads)


def test_jobs_wait_for_their_inputs_and_for_cores():
    jobs = [job("a"), job("b"), job("c"), job("end", "a", "b", "c")]
    seconds = [3600.0, 3600, 7200, 3600]
    assert hours(jobs, seconds, 1, None) == 5
    assert hours(jobs, seconds, 2, None) == 3
    assert hours(jobs, seconds, 9, None) == 3
    assert longest_chain(jobs, seconds) == (3, [2, 3])


def test_jobs_wait_for_a_gpu_while_others_run():
    jobs = [job("a", gpu=1), job("b", gpu=1), job("c")]
    assert hours(jobs, [3600.0] * 3, 2, 1) == 2
    assert hours(jobs, [3600.0] * 3, 3, None) == 1


def test_a_job_of_two_threads_has_two_cores_where_there_are_two():
    jobs = [job("long", priority=10, threads=2), job("a"), job("end", "long")]
    seconds = [7200.0, 3600, 3600]
    assert hours(jobs, seconds, 1, None) == 4
    assert hours(jobs, seconds, 2, None) == 2
    assert hours([job("now", priority=20), *jobs], [1800.0, *seconds], 2, None) == 3, "meanwhile a runs, too"
    assert hours(jobs, seconds, 3, None) == 2
    assert longest_chain(jobs, seconds) == (2, [0, 2])


def test_on_a_cluster_each_job_has_a_slot():
    jobs, seconds = one_slot_each([job("a", threads=2), job("b")], [7200.0, 3600])
    assert hours(jobs, seconds, 1, None) == 2
    assert hours(jobs, seconds, 2, None) == 1


def test_priority_goes_first():
    jobs = [job("short"), job("other"), job("long", priority=10)]
    assert hours(jobs, [3600.0, 3600, 7200], 2, None) == 2


# Disk


def test_networks_have_the_bytes_that_are_foretold(finished, monkeypatch):
    monkeypatch.chdir(finished)
    run = Run("tiny")
    made = planning.make(run.raw)
    plan, sizes = Plan(made), []
    for file, spec in plan.specs.items():
        real = (finished / file).stat().st_size
        sizes.append(real)
        assert abs(disk.network(spec) - real) < 4500, file
    assert len(sizes) == len(run.frame("summary")) + 1
    large = next(spec for spec in plan.specs.values() if spec["task"] == "romo") | {"n_neurons": 256}
    assert disk.network(large) == pytest.approx(8 * (256 * 256 + 256 * 3), abs=2000)
