"""Which fibres fire: cable models of axons in a field."""
