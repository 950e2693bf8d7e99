"""What the benchmark of the reports is made of."""
