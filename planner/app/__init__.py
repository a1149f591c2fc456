"""Document, jobs, selection, settings and log. Qt core, no widgets."""
