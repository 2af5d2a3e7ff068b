"""Pure, vectorised numerics; imports the standard library and numpy only."""
