"""Nociplan: plan neuromodulation for neuropathic pain on the patient's own images.

Research, education and planning support. Not a medical device.
"""

__version__ = "0.1.0"
