"""Many simulations of one case, and what they say together."""
