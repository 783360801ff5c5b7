"""What is told of a plan: pure documents for people and programs."""
