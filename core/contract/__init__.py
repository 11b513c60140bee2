"""The contract with provinces: every hook of every flow (`hooks`) and the frozen values that cross it (`values`)."""
