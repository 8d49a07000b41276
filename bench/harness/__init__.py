"""The parts of bench/run.py: children and peers, the groups, the report."""
