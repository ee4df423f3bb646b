"""The blend: how much each part of a list counts, found on what people turned out to like."""
