"""The outbox: what waits in `foundation.mail` leaves once, whoever dies on the way (docs/adr/0010)."""
