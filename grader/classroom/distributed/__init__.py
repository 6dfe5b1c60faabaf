"""Gradings on many machines: a coordinator sends them by a broker, workers answer in a store that both can reach."""
