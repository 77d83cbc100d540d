"""Tables as Parquet files, written atomically and verified when read."""

import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..core.columns import NETWORK
from ..core.errors import UserError
from ..core.files import atomic
from ..core.spec import canonical
from . import schemas

ABOUT = "about"  # metadata key of further facts about the table, as JSON
RECORD = b"record"  # metadata key of the provenance record: {made_of, checksum, ...}


def write(path: str | os.PathLike, name: str, columns: Mapping, about: dict | None = None, **record: str) -> None:
    """Write a table with the schema `name`; scalars are repeated in every row, None and NaN become null.

    `about` holds facts kept with the table, such as the source of its data; `record` says what it was `made_of`.
    """
    schema = schemas.of(name).with_metadata({ABOUT: canonical(about)} if about else None)
    rows = max(len(values) for values in columns.values() if not np.isscalar(values))
    arrays = [_array(columns[field.name], rows, field.type) for field in schema]
    _write(path, pa.Table.from_arrays(arrays, schema=schema), record)


def _write(path: str | os.PathLike, table: pa.Table, record: dict[str, str]) -> None:
    """Write rows and record. The file's footer includes a checksum of everything before it."""
    content = io.BytesIO()
    with pq.ParquetWriter(content, table.schema) as writer:
        writer.write_table(table)
        record = {**record, "checksum": hashlib.sha256(content.getbuffer()).hexdigest()}
        writer.add_key_value_metadata({RECORD: canonical(record)})
    with atomic(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def _array(values, rows: int, kind: pa.DataType) -> pa.Array:
    """Build a column from buffers: pa.array() and pa.scalar() would import pandas, half a second per short job."""
    values = [values] * rows if np.isscalar(values) else list(values)
    if len(values) != rows:
        raise ValueError(f"a column has {len(values)} rows, another {rows}")
    if kind == pa.string():
        there = [value is not None for value in values]
        texts = [(value or "").encode() for value in values]
        ends = np.cumsum([0, *map(len, texts)]).astype(np.int32)
        data = [pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    else:
        there = [value is not None and isfinite(value) for value in values]
        numbers = [value if known else 0 for value, known in zip(values, there, strict=True)]
        data = [pa.py_buffer(np.array(numbers, kind.to_pandas_dtype()))]
    known = pa.py_buffer(np.packbits(np.array(there, bool), bitorder="little"))
    return pa.Array.from_buffers(kind, rows, [known, *data])


def read(path: str | os.PathLike, name: str, made_of: str | None = None) -> pa.Table:
    """Read a table with the schema `name`; if given, `made_of` must match its record.

    Raise UserError if the file is missing, damaged, has other columns, was changed, or was made of something else.
    """
    try:
        content = Path(path).read_bytes()
        file = pq.ParquetFile(pa.BufferReader(content))
        table = file.read()
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing") from error
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} is not a complete Parquet file ({reason}): delete it and start again") from error
    if not table.schema.equals(schemas.of(name)):
        raise UserError(f"{path} does not have the columns of a {name} table: delete it and start again")
    found = _record(file.metadata)
    footer = 8 + int.from_bytes(content[-8:-4], "little")
    if hashlib.sha256(memoryview(content)[:-footer]).hexdigest() != found.get("checksum"):
        raise UserError(f"{path} was changed after this workflow wrote it: delete it and start again")
    if made_of not in (None, found.get("made_of")):
        raise UserError(
            f"{path} was made with other settings, code or networks than this run's: delete it and start again"
        )
    return table


def record(path: str | os.PathLike) -> dict[str, str] | None:
    """Return a table's record, {made_of, checksum, ...}, from its footer alone; None if it cannot be read."""
    try:
        return _record(pq.read_metadata(path))
    except (pa.ArrowException, OSError):
        return None


def _record(metadata: pq.FileMetaData) -> dict[str, str]:
    try:
        return dict(json.loads((metadata.metadata or {})[RECORD]))
    except (LookupError, ValueError, TypeError):
        return {}


def read_frame(path: str | os.PathLike, name: str, made_of: str | None = None):
    """Read a table as a pandas DataFrame, with its `about` in `attrs`; errors as in `read`."""
    table = read(path, name, made_of)
    frame = table.replace_schema_metadata().to_pandas()
    frame.attrs = json.loads((table.schema.metadata or {}).get(ABOUT.encode(), "{}"))
    return frame


def network(spec: dict) -> dict:
    """Return the columns that identify a network."""
    return {name: spec[name] for name in NETWORK}


def is_complete(path: str | os.PathLike) -> bool:
    """Return True if a Parquet file has its magic bytes at both ends, that is, is complete: cheap enough for plans."""
    try:
        with open(path, "rb") as file:
            start = file.read(4)
            file.seek(-8, os.SEEK_END)
            return start == file.read()[4:] == b"PAR1"
    except OSError:
        return False


def gather(path: str | os.PathLike, name: str, files: Mapping[str, str], made_of: str) -> None:
    """Concatenate the tables in `files`, which maps each file to what it must be `made_of`, and write the result."""
    tables = [read(file, name, own) for file, own in files.items()]
    whole = pa.concat_tables(tables).combine_chunks()
    whole = pa.Table.from_arrays(whole.columns, schema=schemas.of(name).with_metadata(whole.schema.metadata))
    made = {"made_of": made_of, "files": combined_checksum(map(record, files))}
    _write(path, whole, made)


def combined_checksum(records: Iterable[dict[str, str]]) -> str:
    """Return the hash of the checksums of gathered files, recorded in the table of all networks."""
    return hashlib.sha256(canonical([record.get("checksum") for record in records]).encode()).hexdigest()
