"""What more than one worker needs."""
