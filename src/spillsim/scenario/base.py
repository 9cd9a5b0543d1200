"""What every part of the input is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr


class Section(BaseModel):
    """A part of the input that knows where it stands in the file."""

    # The schemas are built on first use, which keeps the import short.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )
    _file: str = PrivateAttr(default="")
    _line: int | None = PrivateAttr(default=None)
    _where: str = PrivateAttr(default="")


TableSource = Annotated[
    str | list[dict[str, Any]],
    Field(description="CSV file inside the case folder, or the rows as a list of tables"),
]
