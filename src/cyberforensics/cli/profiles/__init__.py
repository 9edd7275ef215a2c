"""The profiles that ship: data, read by `cli.profile`."""
