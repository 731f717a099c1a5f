"""The reports there are, a folder a group. Pure: each says what it holds, and is given what it asks for."""
