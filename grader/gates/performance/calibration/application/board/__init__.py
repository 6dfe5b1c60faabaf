"""The app of the calibration server."""
