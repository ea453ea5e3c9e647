"""What the user asks for: ports in, values out, no printing."""
