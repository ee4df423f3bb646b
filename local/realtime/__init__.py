"""Realtime: channels over WebSockets that receive messages of clients and of the database."""
