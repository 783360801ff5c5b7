"""What the pictures show: whether what is recorded is black, or stands still."""
