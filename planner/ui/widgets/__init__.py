"""Small and reusable widgets."""
