"""One file per clinical step, one public function. The window and the command line call the same steps."""
