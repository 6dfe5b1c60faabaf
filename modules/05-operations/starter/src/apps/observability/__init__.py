"""What the application lets be seen of itself: logs, metrics, traces and errors."""
