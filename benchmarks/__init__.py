"""Standard tasks, exact curves, peers and timings for spillsim."""
