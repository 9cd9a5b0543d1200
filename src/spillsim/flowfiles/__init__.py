"""Discharge, area and stage over time from files of other programs."""

from __future__ import annotations

from .hecras import CrossSections, read_hecras
from .netcdf import read_netcdf
from .series import FlowFileError, Series

__all__ = ["CrossSections", "FlowFileError", "Series", "read_hecras", "read_netcdf"]
