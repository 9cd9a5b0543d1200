"""Flow routing on sections of rivers, reservoirs and their outlets; arrays in, arrays out."""
