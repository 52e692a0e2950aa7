"""What one reader may see: the only guard of isolation; later rooms get nothing else."""
