"""What a shell, a notebook or a cluster's module sets changes no result: jobs begin again without it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import surroundings
import workflow
from commands.doctor import machine
from commands.doctor.findings import found
from lowrank.compiled import arithmetic

# Each of these changes bits, or lets a job fail, where it reaches one.
DIRTY = {
    "MKL_CBWR": "COMPATIBLE",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "OPENBLAS_CORETYPE": "Prescott",
    "ATEN_CPU_CAPABILITY": "default",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
    "CPATH": "/nowhere",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONIOENCODING": "ascii",
}


def other_packages(folder: Path) -> str:
    """A folder as a cluster's module puts it onto PYTHONPATH; its packages cannot even be imported."""
    for name in ("safetensors", "threadpoolctl"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"raise ImportError('another {name}')\n")
    return str(folder)


def test_a_training_and_a_figure_are_the_same_whatever_the_environment_says(small, tmp_path):
    made = [workflow.network(small, "romo/g0.9/seed0"), small / "results/tiny/figures/fig2.png"]
    before = [path.read_bytes() for path in made]
    for path in made:
        path.unlink()
    modules = other_packages(tmp_path / "modules")
    process = workflow.start(small, "fig2", "--cores", "1", PYTHONPATH=modules, **DIRTY)
    assert process.returncode == 0, process.stdout
    assert [path.read_bytes() for path in made] == before


def test_a_script_that_cannot_be_imported_says_so_in_its_log(small):
    (small / "results/tiny/figures/fig2.png").unlink()
    style = workflow.library(small) / "figures/style.py"
    style.write_text(style.read_text() + "\nimport no_such_package\n")
    assert workflow.start(small, "--cores", "1", "fig2").returncode != 0
    log = (small / "results/tiny/logs/fig2.log").read_text()
    assert log.rstrip().endswith("No module named 'no_such_package'")


def test_what_changes_results_is_taken_out_and_all_else_stays(monkeypatch):
    monkeypatch.setattr(surroundings.site, "getusersitepackages", lambda: "/nowhere")
    kept = {"PATH": "/bin", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "1", "PYTHONPATH": "/nowhere:"}
    assert surroundings.cleaned(kept) == kept
    assert surroundings.cleaned(kept | DIRTY) == kept


def test_folders_that_put_other_packages_first(tmp_path, monkeypatch):
    other = other_packages(tmp_path / "other")
    (plain := tmp_path / "plain").mkdir()
    (plain / "of_my_own.py").touch()
    paths = [other, str(plain), "/nowhere", str(surroundings.SCRIPTS), ""]
    environment = {"PYTHONPATH": os.pathsep.join(paths)}
    assert surroundings.covering_folders(environment) == [other]
    assert surroundings.covered_names(other) == ["safetensors", "threadpoolctl"]
    assert surroundings.cleaned(environment) == {"PYTHONPATH": os.pathsep.join(paths[1:])}


def test_packages_of_the_users_own_are_left_out_where_they_cover_others(tmp_path, monkeypatch):
    other = other_packages(tmp_path / "local")
    monkeypatch.setattr(surroundings.site, "getusersitepackages", lambda: other)
    assert surroundings.cleaned({"A": "b"}) == {"A": "b"}  # as in a virtual environment: they are not on the path
    monkeypatch.setattr(sys, "path", [*sys.path, other])
    assert surroundings.cleaned({"A": "b"}) == {"A": "b", "PYTHONNOUSERSITE": "1"}


def test_an_environment_that_is_on_the_path_stays(tmp_path, monkeypatch):
    """As Spack and Guix make them: Snakemake is there and nowhere else."""
    other = other_packages(tmp_path / "spack")
    (tmp_path / "spack/snakemake").mkdir()
    monkeypatch.setattr(surroundings, "_of_environment", lambda: {"safetensors", "pip"})
    assert surroundings.covering_folders({"PYTHONPATH": other}) == []
    monkeypatch.setattr(surroundings, "_of_environment", lambda: {"safetensors", "pip", "snakemake"})
    assert surroundings.covering_folders({"PYTHONPATH": other}) == [other]


def test_a_job_begins_again_with_the_streams_that_it_lacks(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("""
import sys, surroundings
surroundings.begin_again(sys.argv)
print(sys.stdin, sys.stderr, file=open("said", "w"))
open("other", "w")
""")
    environment = os.environ | {"PYTHONPATH": str(surroundings.SCRIPTS)}
    command = f"exec 0<&- 2>&- >&-; exec {shlex.quote(sys.executable)} program.py"
    subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "said").read_text().count("TextIOWrapper") == 2


def test_too_little_memory_is_told(small):
    script = small / "workflow/scripts/figure.py"
    script.write_text(script.read_text() + "    bytearray(2**62)\n")
    for figure in small.glob("results/tiny/figures/fig2.*"):
        figure.unlink()
    process = workflow.start(small, "--cores", "1", "fig2")
    assert process.returncode != 0
    assert "not enough memory" in process.stdout
    assert "Traceback" not in process.stdout


def test_a_process_begins_again_once(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("""
import os, sys
import surroundings
surroundings.begin_again(sys.argv)
print(os.getpid(), sys.argv[1:], os.environ.get("MKL_CBWR"))
""")
    environment = os.environ | DIRTY | {"PYTHONPATH": str(surroundings.SCRIPTS)}
    with subprocess.Popen(
        [sys.executable, program, "a b"], env=environment, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.communicate()[0] == f"{started.pid} ['a b'] None\n"


# --- What decides bits is recorded


@pytest.mark.parametrize("with_torch", [True, False])
def test_what_decides_bits_is_told(monkeypatch, with_torch):
    described = arithmetic.described(with_torch)
    assert all(described.values())
    assert described == arithmetic.described(with_torch)
    assert ("PyTorch's vectors" in described) == with_torch
    assert ("Math Kernel Library" in described["BLAS"]) <= with_torch
    monkeypatch.setattr(arithmetic, "features", lambda: "aes avx512f ssbd")
    assert arithmetic.described(with_torch) == described | {"instructions": "avx512f"}


# --- Pythons that Snakemake cannot start


def test_a_python_whose_path_the_shell_takes_apart_is_told_before_anything_starts(tmp_path):
    (folder := tmp_path / "My Drive").mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", folder / ".venv"], check=True)
    packages = next((folder / ".venv").glob("lib/python3*/site-packages"))
    (packages / "others.pth").write_text(f"{Path(yaml.__file__).parents[1]}\n")
    workflow.copy_sources(folder / "project")
    command = [folder / ".venv/bin/python", "-m", "snakemake", "--dry-run", "fig2", "--configfile", "tiny.yaml"]
    done = subprocess.run(command, cwd=folder / "project", capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"Cannot run jobs with {folder}/.venv/bin/python" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "is_well"),
    [("/home/müller/.venv/bin/python", True), ("/My Drive/.venv/bin/python", False), ("/a(b)/python", False)],
)
def test_the_doctor_tells_of_such_a_python(path, is_well, monkeypatch):
    monkeypatch.setattr(sys, "executable", path)
    heard = subprocess.run(["sh", "-c", f"printf '%s,' {path}"], capture_output=True, text=True, check=False).stdout
    assert (heard == f"{path},") == is_well
    assert ("move the project" in f"{found(machine.interpreter)}") != is_well


def test_the_doctor_names_the_folder_with_other_packages(tmp_path, monkeypatch):
    assert found(machine.covering).startswith("no other packages")
    monkeypatch.setenv("PYTHONPATH", other_packages(tmp_path / "other"))
    output = f"{found(machine.covering)}"
    assert f"{tmp_path}/other with safetensors, threadpoolctl: unset PYTHONPATH" in output


def test_the_doctor_says_where_a_package_of_another_version_is(tmp_path, monkeypatch):
    (tmp_path / "numpy-1.0.dist-info").mkdir()
    (tmp_path / "numpy-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert f"numpy is 1.0 in {tmp_path}, not " in f"{found(machine.versions, workflow.ROOT)}"


def test_a_job_uses_the_library_beside_it_and_not_an_installed_one(tmp_path):
    """Snakemake puts the folder of the scripts at the end of the path."""
    (tmp_path / "lowrank").mkdir()
    (tmp_path / "lowrank/__init__.py").write_text("raise ImportError('the installed one')")
    code = "import sys; sys.path[:0] = [sys.argv[1]]; sys.path.append(sys.argv[2]); import job, lowrank; print(lowrank)"
    command = [sys.executable, "-Ic", code, tmp_path, workflow.ROOT / "workflow/scripts"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert str(workflow.ROOT) in done.stdout, done.stderr
