package reconstruct

// Check lets external tests ask for the invariants.
func (t *Table) Check() error { return t.check() }
