"""Many submissions: who handed in what, gradings side by side, the journal of a class, its gradebook and exports."""
