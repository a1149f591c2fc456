"""Facts to VTK actors in a renderer it is given; slices and pictures. No Qt."""
