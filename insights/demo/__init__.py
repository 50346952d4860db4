"""An example study made from calls that ship with the package."""
