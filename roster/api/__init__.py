"""HTTP API of the roster (contract 1.8): serializers, filters and viewsets, by subject."""
