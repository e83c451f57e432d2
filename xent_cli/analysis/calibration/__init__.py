"""Calibration: whether probabilities are honest, and what the loss would gain if they were."""
