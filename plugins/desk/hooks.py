"""The correction desk's answers to the contract."""
