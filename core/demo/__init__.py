"""What a demonstration is filled with: real content, written for this project, from readable sources."""
