"""What every simulated device has: HTTP, faults, and the remote control of both."""
