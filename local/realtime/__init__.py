"""Realtime: channels over WebSockets, with what clients and the database send to them."""
