"""Real films, books and ratings to start with: data and loader. README.md says under which licences."""
