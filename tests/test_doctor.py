"""`make doctor`: what is well is told as ok, and every mistake that a user can make as one line of what to do."""

import errno
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
import yaml

import doctor
import workflow
from commands.doctor import cluster, machine, sample_job, submission
from commands.doctor.findings import found, print_all
from lowrank.core.errors import UserError

PROFILE = {
    "executor": "slurm",
    "slurm-status-command": "squeue",
    "default-resources": {"runtime": 60, "mem_mb": 2000, "cpus_per_task": 1},
    "set-resources": {"train": {"device": "cuda", "slurm_partition": "gpu"}, "train_sentiment": {"runtime": 300}},
}

# SLURM as a folder: its files are the cluster's state, and a job runs at once, in the background.
COMMANDS = {
    "sinfo": "cat partitions",
    "scontrol": "echo 'MinJobAge               = 300 sec'",
    "squeue": 'case "$*" in *--me*) cat held 2> /dev/null; exit 0;; esac; cat state 2> /dev/null; true',
    "scancel": 'echo "$@" >> cancelled',
    "sbatch": """
        echo "$@" >> calls
        case "$*" in *--gpus*) if [ -e refusal ]; then cat refusal >&2; exit 1; fi;; esac
        case "$*" in *--test-only*) exit 0;; esac
        while [ $# -gt 1 ]; do if [ "$1" = --output ]; then log=$2; fi; shift; done
        echo "PENDING Priority" > state
        if [ -e waits ]; then exit 0; fi
        if [ -e isolated ]; then unset LOWRANK_DOCTOR; fi
        (sh -c "$1" > "$log" 2>&1; rm state) > /dev/null 2>&1 &
        echo 1""",
}
TORCH = """
from types import SimpleNamespace

__version__ = "2.13.0"
version = SimpleNamespace(cuda="12.8")
cuda = SimpleNamespace(is_available=lambda: True, get_device_name=lambda: "Wonder GPU")
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The project, with a profile; a torch that is imported at once and sees a GPU; no SLURM."""
    (folder := tmp_path / "project").mkdir()
    (folder / "workflow").symlink_to(workflow.ROOT / "workflow")
    (folder / "envs").mkdir()
    for name in ("config.yaml", "envs/pins.toml"):
        shutil.copy(workflow.ROOT / name, folder / name)
    configure(folder)
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules/torch.py").write_text(TORCH)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    monkeypatch.setenv("PATH", "/nowhere")
    return folder


@pytest.fixture
def slurm(root, tmp_path, monkeypatch):
    """SLURM's commands on the PATH, the plugin as if it were installed; the folder of the cluster's state."""
    (folder := tmp_path / "slurm").mkdir()
    for name, script in COMMANDS.items():
        (folder / name).write_text(f"#!/bin/sh\ncd {folder}\n{script}\n")
        (folder / name).chmod(0o755)
    (folder / "partitions").write_text("cpu*\ngpu\n")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(cluster, "version", lambda name: "2.8.0")
    return folder


def configure(root, **changes):
    (root / "slurm").mkdir(exist_ok=True)
    (root / "slurm/config.yaml").write_text(yaml.safe_dump(workflow.merged(PROFILE, changes)))


def lines(findings, capsys):
    """What is told, and whether it says that all is well; whole lines of either kind, and nothing else."""
    well = print_all(findings)
    printed = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("ok   ", "FIX  ")) for line in printed), printed
    assert well == (not to_fix(printed)), printed
    return printed


def to_fix(printed):
    return [line for line in printed if line.startswith("FIX")]


def only(printed, *words):
    """The one FIX, which says all these words."""
    (line,) = to_fix(printed)
    assert all(word in line for word in words), line


def run(root, **environment):
    return subprocess.Popen(
        [sys.executable, "workflow/scripts/doctor.py"],
        cwd=root,
        env=os.environ | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background of a shell ignore it
    )


def test_a_machine_without_slurm_is_well(root):
    process = run(root, PYTHONPATH="")  # with the true torch: one on this path is something to mend
    printed = process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 0, printed
    assert all(line.startswith("ok   ") for line in printed), printed
    assert printed[0].startswith(f"ok   Python {sys.version.split()[0]}")
    assert printed[-2].startswith("ok   torch 2.13.0")
    assert printed[-1] == "ok   no SLURM here: only local runs"
    assert not (root / "results").exists(), "a check must leave nothing behind"


def test_the_exit_status_tells_that_there_is_something_to_mend(root):
    (root / "config.yaml").write_text("seeds: [0, 1\n")
    process = run(root, PYTHONPATH="")
    printed = process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 1, printed
    only(printed, "config.yaml", "line 2")
    assert printed[-1].startswith("ok   no SLURM"), "the checks after it are made all the same"


def test_python_is_new_enough_or_nothing_else_is_looked_at(root, capsys, monkeypatch):
    assert "3.11.0" in doctor.python((3, 11, 0, "final", 0))
    with pytest.raises(UserError, match=r"3\.10\.9 .* is not 3\.11, 3\.12 or 3\.13: "):
        doctor.python((3, 10, 9, "final", 0))
    monkeypatch.setattr(doctor.python, "__defaults__", ((3, 10, 9),))
    assert not doctor.examined(root, 1)
    assert capsys.readouterr().out.startswith("FIX  Python 3.10.9")


def test_packages_of_another_version_are_all_named(root, capsys):
    pins = root / "envs/pins.toml"
    assert "packages match envs/pins.toml" in lines([found(machine.versions, root)], capsys)[0]
    workflow.replace(pins, f'numpy = "{machine.installed_version("numpy")}"', 'numpy = "1.0.0"')
    workflow.replace(pins, "[workflow]", '[workflow]\nno-such-package = "1.0"')
    installed = machine.installed_version("numpy")
    differing = (f"numpy is {installed}, not 1.0.0", "no-such-package is missing, not 1.0", "make .venv/ready")
    only(lines([found(machine.versions, root)], capsys), *differing)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seeds: [0, 1\n", ["config.yaml", "line 2"]),
        ("- seeds\n", ["config.yaml has no keys"]),
        ("\0", ["config.yaml is not valid YAML"]),
        (None, ["config.yaml cannot be read", "No such file"]),
    ],
)
def test_a_config_that_cannot_be_read(root, capsys, text, words):
    (root / "config.yaml").unlink() if text is None else (root / "config.yaml").write_text(text)
    only(lines([found(machine.config, root)], capsys), *words)


def test_how_config_files_are_written(tmp_path):
    """Which of them Snakemake reads first, and says no line of."""
    (tmp_path / "good.yaml").write_text("run: a\n")
    (tmp_path / "bad.yaml").write_text("tasks:\n\tromo: null\n")
    program = [sys.executable, workflow.ROOT / "workflow/scripts/doctor.py", "--config"]
    for names, lines in (
        (["good.yaml"], ["ok   good.yaml is valid"]),
        (["bad.yaml", "good.yaml"], ["FIX  bad.yaml, line 2: a tab", "ok   good.yaml is valid"]),
    ):
        done = subprocess.run([*program, *names], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == len(names) - 1
        assert all(map(str.startswith, done.stdout.splitlines(), lines)), done.stdout


def test_a_user_without_name_or_home_is_told(capsys, monkeypatch):
    assert found(machine.user).startswith("user ")
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    only(lines([found(machine.user)], capsys), "cache cannot be written in /proc/nowhere/.cache", "export HOME")
    monkeypatch.setattr(machine.getpass, "getuser", lambda: {}["getpwuid(): uid not found: 12345"])
    only(lines([found(machine.user)], capsys), "this user has no name", "export USER=nobody")


def test_a_home_without_room_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}")
    monkeypatch.setattr(os, "fsync", full)
    only(
        lines([found(machine.user)], capsys), f"cache cannot be written in {tmp_path}", "quota exceeded", "export HOME"
    )


def full(handle):
    raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


def test_all_mistakes_of_a_config_stand_in_one_line(root, capsys):
    config = yaml.safe_load((root / "config.yaml").read_text())
    config["training"]["nonsense"], config["seeds"] = 1, "many"
    (root / "config.yaml").write_text(yaml.safe_dump(config))
    only(lines([found(machine.config, root)], capsys), "cannot be used: ", "; ", "training.nonsense", "seeds")


def test_folders_that_cannot_be_written(root, capsys, monkeypatch):
    (root / "results").write_text("a file in place of the folder")
    (root / "resources").symlink_to("/nowhere/at/all")
    printed = lines((found(machine.writable, root, folder) for folder in machine.FOLDERS), capsys)
    assert [line[:5] for line in printed] == ["FIX  ", "FIX  ", "ok   "], printed
    assert "Not a directory" in printed[0]
    assert f"cannot write into {root}/resources (No such file or directory): " in printed[1]
    monkeypatch.setattr(os, "fsync", full)
    only(lines([found(machine.writable, root, ".snakemake")], capsys), "quota exceeded", "free some space")


def test_locks_that_are_refused_or_hang(root, capsys, monkeypatch):
    assert lines([found(machine.locks, root)], capsys) == ["ok   files can be locked in results/networks/"]
    only(lines([found(machine.locks, root, 0.001)], capsys), "took longer than 0.001 s", "lockd")
    monkeypatch.setattr(machine, "_ask_process", lambda *args, **kwargs: os.strerror(errno.ENOLCK))
    only(lines([found(machine.locks, root)], capsys), "No locks available", "lockd", "-o flock")


def test_little_room(root, capsys, monkeypatch):
    assert lines([found(machine.disk, root)], capsys)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1.2e9))
    only(lines([found(machine.disk, root)], capsys), "1.2 GB free", "needs about 4 GB", "free some space")


def test_a_kernel_that_cannot_be_compiled(monkeypatch, capsys):
    (printed,) = lines([found(machine.kernel)], capsys)
    assert printed.startswith("ok   the CPU kernel is compiled for this processor: ")

    def none():
        raise UserError("the kernel in C cannot be compiled here")

    monkeypatch.setattr(machine, "library", none)
    assert lines([found(machine.kernel)], capsys) == ["FIX  the kernel in C cannot be compiled here"]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (TORCH.replace("True", "False"), "ok   torch 2.13.0, no GPU on this machine: training on the CPU"),
        ("raise OSError('libcudart.so.12: no such file')", "FIX  torch cannot be used (OSError: libcudart.so.12"),
        ("import os; os._exit(3)", "FIX  asking for gpu failed (exit status 3): "),
    ],
)
def test_a_torch_without_a_gpu_and_a_broken_one(root, tmp_path, capsys, code, line):
    (tmp_path / "modules/torch.py").write_text(code)
    (printed,) = lines([found(machine.gpu)], capsys)
    assert printed.startswith(line)


def test_what_the_system_or_a_missing_package_says_is_a_finding(capsys):
    def missing_package():
        import no_such_package  # noqa: F401

    printed = lines([found(missing_package), found(open, "/nowhere"), "on it goes"], capsys)
    assert "no_such_package cannot be imported: " in printed[0]
    assert "/nowhere cannot be used (No such file or directory): " in printed[1]
    assert printed[2:] == ["ok   on it goes"]


def test_a_cluster_that_is_well(root, slurm, capsys):
    printed = lines(cluster.findings(root, 20), capsys)
    assert not to_fix(printed), printed
    assert "ok   SLURM answers; its partitions: cpu*, gpu" in printed
    train = "-p gpu -t 60 --mem 2000 --cpus-per-task=1 --gpus=1"
    assert f"ok   SLURM accepts the resources of set-resources.train: {train}" in printed
    assert (
        "ok   SLURM accepts the resources of default-resources: -t 60 --mem 2000 --ntasks=1 --cpus-per-task=1"
        in printed
    )
    assert any("SLURM accepts the resources of set-resources.train_sentiment: -t 300" in line for line in printed)
    host = os.uname().nodename
    assert f"a job on {host} responded after" in printed[-4]
    assert printed[-3:] == [
        "ok   the environment reaches the job",
        f"ok   file locks work between here and {host}",
        f"ok   torch 2.13.0 sees Wonder GPU on {host}",
    ]
    assert f"--export=ALL -D {root} {train} --wrap" in (slurm / "calls").read_text()
    assert_nothing_is_left(root, slurm)


def assert_nothing_is_left(root, slurm):
    """The job that was submitted is cancelled, by the name that is its own; the folders are as before."""
    submitted = (slurm / "calls").read_text().partition("--job-name ")[2].split()[0]
    assert (slurm / "cancelled").read_text() == f"--name {submitted}\n"
    assert list((root / ".snakemake/doctor").iterdir()) == []
    assert not (root / "results").exists()


def test_a_job_that_waits_is_cancelled_with_its_reason_told(root, slurm, capsys):
    (slurm / "waits").touch()
    only(lines(cluster.findings(root, 0.1), capsys), "within 0.1 s", "PENDING Priority", "make doctor WAIT=")
    assert_nothing_is_left(root, slurm)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_doctor_that_is_stopped_cancels_its_job(root, slurm, ending):
    (slurm / "waits").touch()
    process = run(root)
    deadline = time.monotonic() + 30
    while not (slurm / "state").exists():
        assert time.monotonic() < deadline, "no job was submitted"
        time.sleep(0.05)
    process.send_signal(ending)
    printed = process.communicate(timeout=30)[0]
    assert process.returncode == 130, printed
    assert printed.endswith("stopped\n")
    assert "Traceback" not in printed
    assert_nothing_is_left(root, slurm)


def test_a_job_that_ends_without_an_answer(root, slurm, capsys, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/not/on/the/node/python")
    printed = lines(sample_job.findings(root, PROFILE["set-resources"]["train"], 20, poll=0.1), capsys)
    only(printed, "ended without a response", "/not/on/the/node/python", "not found", "shared")
    assert_nothing_is_left(root, slurm)


def test_a_job_that_does_not_get_the_environment(root, slurm, capsys):
    (slurm / "isolated").touch()
    only(lines(cluster.findings(root, 20), capsys), "environment does not reach jobs on", "--export=ALL")


def answer(lock="held", **torch):
    return {"host": "n1", "lock": lock, "gpu": {"version": "2.13.0", "cuda": "12.8", "device": None} | torch}


@pytest.mark.parametrize(("lock", "words"), [("free", "does not see it locked"), ("No locks available", "No locks")])
def test_locks_that_do_not_reach_the_nodes(root, lock, words):
    with pytest.raises(UserError, match=f"n1 .*{words}.*: mount it with locks"):
        sample_job.locks(answer(lock), root)


def test_a_gpu_that_torch_does_not_see(root):
    requested = {"gpu": 1}
    with pytest.raises(UserError, match=r"sees no GPU on n1.*driver.*CUDA 12\.8"):
        sample_job.gpu(answer(), requested)
    with pytest.raises(UserError, match=r"built without CUDA"):
        sample_job.gpu(answer(cuda=None), requested)
    with pytest.raises(UserError, match=r"cannot be used on n1 \(OSError: gone\)"):
        sample_job.gpu(answer(error="OSError: gone"), requested)
    assert "training runs on the CPU" in sample_job.gpu(answer(cuda=None), {"mem_mb": 1})


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified",
            ["(Batch job submission failed: Invalid account", "slurm_account, slurm_partition below"],
        ),
        (
            "allocation failure: Requested node configuration is not available",
            ["ask for less, gpu, mem_mb, cpus_per_task below set-resources.train or default-resources", "sinfo"],
        ),
        ("sbatch: error: lua: bring a cake\nallocation failure: Unspecified error", ["bring a cake", "administrators"]),
    ],
)
def test_a_refusal_is_told_in_slurms_words_with_the_lines_to_mend(root, slurm, capsys, refusal, words):
    (slurm / "refusal").write_text(refusal)
    printed = lines(cluster.findings(root, 1), capsys)
    assert printed[-1].startswith("FIX  SLURM rejected the resources of set-resources.train (")
    only(printed, "slurm/config.yaml", *words)
    assert "job-name" not in (slurm / "calls").read_text(), "no job is submitted for nothing"


def test_partitions_that_are_not_there(root, slurm, capsys):
    configure(root, **{"set-resources": {"train": {"slurm_partition": "gpu,huge"}}})
    only(lines(cluster.findings(root, 1), capsys), "set-resources.train", "no partition huge", "one of cpu*, gpu")
    (slurm / "partitions").write_text("gpu\nhuge\n")
    only(
        lines(cluster.findings(root, 1), capsys), "no default partition", "below default-resources", "one of gpu, huge"
    )


def test_a_controller_that_is_down(root, slurm, capsys, monkeypatch):
    (slurm / "sinfo").write_text(
        "#!/bin/sh\necho 'slurm_load_partitions: Unable to contact slurm controller' >&2; exit 1"
    )
    only(lines(cluster.findings(root, 1), capsys), "does not respond (slurm_load_partitions: Unable to contact")
    (slurm / "sinfo").write_text("#!/bin/sh\nexec sleep 60")
    only(lines([found(lambda: cluster.slurm("sinfo", timeout=0.1))], capsys), "sinfo does not answer within 0.1 s")
    (slurm / "sinfo").unlink()
    monkeypatch.setenv("PATH", str(slurm))
    only(lines(cluster.findings(root, 1), capsys), "sinfo is not on the PATH")


def test_finished_jobs_that_are_forgotten(root, slurm, capsys):
    (slurm / "scontrol").write_text("#!/bin/sh\necho 'MinJobAge = 5 sec'")
    only(lines([found(cluster.remembered, root)], capsys), "after 5 s (MinJobAge)", "slurm-status-command: sacct")
    configure(root, **{"slurm-status-command": "sacct"})
    assert lines([found(cluster.remembered, root)], capsys)


def test_held_jobs_of_this_folder_are_named_with_what_releases_them(root, slurm, capsys):
    """A job that waits its turn, and one that is held elsewhere, are left alone."""
    jobs = [(7, root, "launch failed requeued held"), (8, root, "Priority"), (9, "/else", "JobHeldUser")]
    jobs.append((10, root, "JobHeldUser"))
    (slurm / "held").write_text("".join(f"{job}|{folder}|{reason}\n" for job, folder, reason in jobs))
    printed = lines(cluster.findings(root, 20), capsys)
    only(printed, "7 (launch failed requeued held), 10 (JobHeldUser): scontrol release 7,10")
    assert not any("Priority" in line for line in printed)


def test_the_plugin_is_needed(root, slurm, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "PLUGIN", "no-such-plugin")
    monkeypatch.setattr(cluster, "version", machine.version)
    only(lines(cluster.findings(root, 20), capsys), "no-such-plugin is not installed")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("executor: [slurm\n", ["slurm/config.yaml, line 2"]),
        ("executor: local\n", ["executor is 'local'", "must be slurm"]),
        ("executor: slurm\n", ["default-resources is None"]),
        ("executor: slurm\ndefault-resources: [runtime=60]\n", ["default-resources is ['runtime=60']"]),
        ("executor: slurm\ndefault-resources: {}\nset-resources: {train: }\n", ["set-resources.train is None"]),
        (
            "executor: slurm\ndefault-resources: {}\nset-resources: {trian: {gpu: 1}}\n",
            ["train is missing", "cuda"],
        ),
        ("executor: slurm\ndefault-resources: {runtime: 2h}\nset-resources: {train: {}}\n", ["runtime", "minutes"]),
        ("executor: slurm\ndefault-resources: {}\nset-resources: {train: {gpu: true}}\n", ["train.gpu", "of GPUs"]),
        ('executor: slurm\ndefault-resources: {slurm_extra: "--a=\'b"}\nset-resources: {train: {}}\n', ["quotes"]),
    ],
)
def test_a_profile_that_says_something_else(root, slurm, capsys, profile, words):
    (root / "slurm/config.yaml").write_text(profile)
    only(lines(cluster.findings(root, 1), capsys), "slurm/config.yaml", *words)
    (root / "slurm/config.yaml").unlink()
    only(lines(cluster.findings(root, 1), capsys), "slurm/config.yaml cannot be read")


REQUESTS = [
    {},
    {"runtime": 60, "mem_mb": 2000, "cpus_per_task": 2},
    {"slurm_account": "lab", "slurm_partition": "gpu", "gpu": 1, "cpus_per_task": 4},
    {"slurm_partition": "a,b", "gpu": 2, "gpu_model": "a100", "constraint": "ib&fast", "runtime": 9},
    {"slurm_partition": "gpu", "gpu_model": "3090", "qos": "short", "slurm_extra": "--nice=10 --exclusive"},
]


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.filterwarnings("ignore")  # the plugin's own
def test_the_options_are_those_of_the_plugin(request_):
    if not find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("snakemake-executor-plugin-slurm is not installed")
    from snakemake_executor_plugin_slurm import submit_string, utils

    class Resources(dict):
        __getattr__ = dict.__getitem__

    job = SimpleNamespace(resources=Resources(request_), threads=1)
    # account and partition come as options already
    section = {"account": ("-A", "slurm_account"), "partition": ("-p", "slurm_partition")}
    section = {key: f"{option} {request_[name]}" if name in request_ else "" for key, (option, name) in section.items()}
    names = dict.fromkeys(("run_uuid", "slurm_logfile", "comment_str"), "x")
    call = submit_string.get_submit_command(job, {**names, **section, "workdir": None}) + utils.set_gres_string(job)
    own = shlex.split("sbatch --parsable --job-name x --output x --export=ALL --comment x")
    plugins = [word for word in shlex.split(call.replace("--qos=", "--qos ")) if word not in own]
    assert sorted(submission.options(request_)) == sorted(plugins)


def test_the_profile_asks_for_gpus_where_training_uses_them():
    """The one of the project, as it is checked out."""
    requested = submission.requests(doctor.ROOT)
    on_gpu = {section: "gpu" in request for section, request in requested.items()}
    assert on_gpu == {"default-resources": False, "set-resources.train": True, "set-resources.train_sentiment": True}
