"""The roster over HTTP (contract 1.8), by subject: how each is written, narrowed and served."""
