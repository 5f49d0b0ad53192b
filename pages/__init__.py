"""The screens. Each reads one published edition and nothing else."""
