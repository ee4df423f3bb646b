"""Data and loader of real films, books and ratings; README.md states their licences."""
