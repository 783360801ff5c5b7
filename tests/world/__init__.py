"""What tests stand on: devices, daemons, browsers, simulated years."""
