"""How large and how fast floods are: frequency, shapes, rain on snow."""
