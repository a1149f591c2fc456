"""A field described in a file, without a patient: read, solved and answered. The format stands in resources/help.

``keys`` reads checked values and names the path of what is wrong; ``leads``, ``tissue``, ``programmes`` and ``images``
turn the file's parts into the solver's; ``case`` holds them together; ``answer`` is what comes back.
"""
