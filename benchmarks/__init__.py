"""What each claim of speed rests on. Every script prints ratios against a baseline measured in the same run."""
