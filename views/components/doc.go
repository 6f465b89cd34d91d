// Package components holds the parts of which every page is built: marks,
// buttons, fields, tables, lanes and what belongs to them.
//
// Each component is a templ function that takes one typed model. The models
// hold finished text: a component never reads a database, a clock or a
// setting. Names of states and verdicts are the same words as in the domain
// packages, so that a page converts with components.Verdict(string(v)).
//
// Two rules keep the parts honest. Squares are rules, circles are people: a
// computed verdict has corners, a state that a person set is round. And no
// meaning rests on colour alone: each mark has its shape and its word.
//
// The content security policy allows no inline style and no inline handler, so
// geometry that varies is drawn with attributes of SVG elements or with
// classes.
package components
