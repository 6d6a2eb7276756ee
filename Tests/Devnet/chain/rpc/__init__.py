"""JSON-RPC over a node: parameters in, shapes out, and one file for each family of methods."""
