"""What the application lets be seen of itself: lines, numbers, traces and errors."""
