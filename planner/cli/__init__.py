"""One verb per step on the terminal."""
