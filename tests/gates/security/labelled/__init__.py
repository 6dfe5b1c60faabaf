"""Small projects and pieces of projects, labelled by hand: what the rates of the security gate are taken from."""
