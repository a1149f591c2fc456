"""Start the window, or hand over to the command line."""
