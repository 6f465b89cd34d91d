package packet

import "fmt"

// coverage checks the words of error paths, null values and minimization.
func (k *checker) coverage(c *Content) {
	if c.ErrorPaths != nil {
		for n, p := range c.ErrorPaths.Paths {
			what := fmt.Sprintf("error path %d", n+1)
			k.text(what, p.Title)
			k.word("the state of "+what, p.State, "handled", "mishandled", "untold", "not_exercised")
			for _, t := range p.Shown {
				k.word("the handling in "+what, t.Handling, "handled", "mishandled", "untold")
			}
		}
	}
	if c.NullValues != nil {
		for n, v := range c.NullValues.Cells {
			k.word(fmt.Sprintf("the state of null value %d", n+1), v.State, "handled", "broken", "untold", "value_only", "never_seen")
		}
	}
	if c.Minimization != nil {
		for n, s := range c.Minimization.Surplus {
			k.word(fmt.Sprintf("the kind of surplus %d", n+1), s.Kind, "attribute", "policy")
		}
		for n, d := range c.Minimization.Declared {
			k.word(fmt.Sprintf("the receipt of declared attribute %d", n+1), d.Receipt, "received", "never_received", "untold")
		}
	}
}

// referCoverage checks which runs, transcripts and findings they name.
func (k *checker) referCoverage(c *Content) {
	at := func(what, run string, refs ...*Ref) {
		k.known(what, run)
		for _, r := range refs {
			if r != nil {
				k.known(what, r.Transcript)
			}
		}
	}
	if c.ErrorPaths != nil {
		for n, p := range c.ErrorPaths.Paths {
			what := fmt.Sprintf("error path %d", n+1)
			for _, t := range p.Shown {
				at(what, t.Run, t.At, t.Page)
				for _, id := range t.Findings {
					k.known(what, id)
				}
			}
		}
	}
	if c.NullValues != nil {
		for n, v := range c.NullValues.Cells {
			for _, s := range v.Shown {
				at(fmt.Sprintf("null value %d", n+1), s.Run, s.At, s.Page)
			}
		}
	}
	if c.Minimization != nil {
		for n, s := range c.Minimization.Surplus {
			at(fmt.Sprintf("surplus %d", n+1), s.Run, s.At)
		}
		for n, d := range c.Minimization.Declared {
			at(fmt.Sprintf("declared attribute %d", n+1), d.Run, d.At)
		}
	}
}
