"""The name of the engine's present behaviour; it travels in every certificate and log entry."""

ENGINE_VERSION = "tree/1"
"""Changes whenever the same counts could give another pattern."""
