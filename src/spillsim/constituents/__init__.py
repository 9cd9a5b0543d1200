"""What constituents consist of and how their parts turn into each other: rates per reach."""
