"""What every simulated recorder has: takes, things that are still to happen, a picture."""
