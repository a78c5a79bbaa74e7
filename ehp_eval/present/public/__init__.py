"""The parts of a report in the form in which the public may see them: made from a release, and from nothing else."""
