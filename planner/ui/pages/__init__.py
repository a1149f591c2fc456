"""One page per task. A page never computes."""
