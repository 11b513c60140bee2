"""A plugin with every part, shipped apart from the house: what a province may bring."""
