package flight

// Check returns the first invariant of the board that does not hold.
func (b *Board) Check() error { return b.check() }
