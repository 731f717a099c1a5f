"""Output: the figures, lists and files that people take away from the tracker."""
