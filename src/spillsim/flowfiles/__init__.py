"""Discharge, area and stage over time from files of other programs."""
