"""What a web server is told of the built sites: who reads which, and what goes with each answer."""
