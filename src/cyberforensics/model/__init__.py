"""The nouns that travel between the rooms. Standard library only."""
