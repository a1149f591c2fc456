"""The whole plan of one patient: one immutable value, and how it is kept on disk."""
