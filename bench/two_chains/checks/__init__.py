"""What is deployed, and what must hold of it: copied into the project of each variant."""
