"""Personal data: found, masked, bleeped, erased."""
