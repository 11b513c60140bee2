"""浙江: its rooms, its flow through HTTP, its bad input."""
