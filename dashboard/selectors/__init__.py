"""What a coach's pages show, each read by one call and bounded whatever there is."""
