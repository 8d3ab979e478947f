"""The Arrow schema of a table's row, derived from the hints of its struct."""

from __future__ import annotations

from typing import Annotated, get_args, get_origin, get_type_hints

import pyarrow as pa
from msgspec import Struct


def schema_of(row: type[Struct]) -> pa.Schema:
    """A column for each field, in the order of the struct's."""
    hints = get_type_hints(row, include_extras=True)
    return pa.schema([pa.field(name, *_arrow(hints[name])) for name in row.__struct_fields__])


def _arrow(hint: object) -> tuple[pa.DataType, bool]:
    """The Arrow type of a field's hint, and whether it may be null."""
    options = [option for option in get_args(hint) if option is not type(None)]
    nullable = get_origin(hint) is not Annotated and len(options) < len(get_args(hint))
    if nullable:
        hint = options[0]
    if get_origin(hint) is Annotated:
        meta = get_args(hint)[1]
        return {"instant": pa.timestamp("us", tz="UTC"), "text": pa.string()}[meta.extra["arrow"]], nullable
    if get_origin(hint) is list:
        return pa.list_(pa.string()), nullable
    return {str: pa.string(), int: pa.int64(), bool: pa.bool_(), float: pa.float64()}[hint], nullable  # type: ignore[index]
