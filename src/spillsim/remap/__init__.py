"""Marching where flow changes, on any network: remap in volume coordinates at any Courant number.

``build.build`` lays cells and water out, ``march.march`` marches all substances through them at
once. Nothing is imported here: ``march`` needs the compiler, laying out does not.
"""
