"""The job handlers of all rooms; importing them is what registers them."""
