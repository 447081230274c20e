"""Files that 弥生会計 imports."""
