package packet

// ErrorPaths is what the test runs of the packet show of documented refusals.
type ErrorPaths struct {
	Counts PathCounts  `json:"counts"`
	Paths  []ErrorPath `json:"paths"`
}

// PathCounts count refusals by state.
type PathCounts struct {
	Total        int `json:"total"`
	Handled      int `json:"handled"`
	Mishandled   int `json:"mishandled"`
	Untold       int `json:"untold"`
	NotExercised int `json:"not_exercised"`
}

// ErrorPath is one documented refusal; see analysis.ErrorPath.
type ErrorPath struct {
	Refusal string   `json:"refusal"`
	Title   string   `json:"title"`
	Codes   []string `json:"codes,omitempty"`
	State   string   `json:"state"` // handled, mishandled, untold, not_exercised
	// HowTo says how to exercise it; set on not_exercised.
	HowTo string `json:"how_to,omitempty"`
	// Shown are the error transcript that decides, then the newest others;
	// NotShown counts what is left out.
	Shown    []ErrorTranscript `json:"shown,omitempty"`
	NotShown int               `json:"not_shown,omitempty"`
}

// ErrorTranscript is a sign-in that met a refusal.
type ErrorTranscript struct {
	Run     string `json:"run"`     // run-03
	By      string `json:"by"`      // callback, provider_page, token_endpoint, second_load, no_answer
	Arrived string `json:"arrived"` // a sentence
	Code    string `json:"code,omitempty"`
	At      *Ref   `json:"at,omitempty"`
	Answer  int    `json:"answer"` // status, 0 for none
	Saw     string `json:"saw"`    // a sentence
	Page    *Ref   `json:"page,omitempty"`
	Status  int    `json:"page_status,omitempty"`
	// What the page shows: yes, no or not_seen.
	RawError   string   `json:"raw_error"`
	WayOn      string   `json:"way_on"`
	StackTrace string   `json:"stack_trace"`
	Blank      string   `json:"blank"`
	Handling   string   `json:"handling"` // handled, mishandled, untold
	Why        string   `json:"why,omitempty"`
	Findings   []string `json:"findings,omitempty"` // ids of those that fail, warn or, of what is untold, are not seen
}

// NullValues says which declared attributes may be missing, and what the test
// runs of the packet show of that.
type NullValues struct {
	// Counts count the cells of attributes that may be missing.
	Counts NullCounts  `json:"counts"`
	Cells  []NullValue `json:"cells"`
}

// NullCounts count cells by state.
type NullCounts struct {
	Total     int `json:"total"`
	Handled   int `json:"handled"`
	Broken    int `json:"broken"`
	Untold    int `json:"untold"`
	ValueOnly int `json:"value_only"`
	NeverSeen int `json:"never_seen"`
}

// NullValue is an attribute under one policy and verification method.
type NullValue struct {
	Policy    string `json:"policy"`
	Attribute string `json:"attribute"`
	Method    string `json:"method,omitempty"` // empty: of the runs of which it is not known
	Required  bool   `json:"required"`
	// MayBeMissing by Source: description, or document for what is known of the
	// provider's documents. Disputed: the description calls it required all the same.
	MayBeMissing bool   `json:"may_be_missing"`
	Source       string `json:"source,omitempty"`
	Says         string `json:"says,omitempty"`
	Inferred     bool   `json:"inferred,omitempty"`
	Disputed     bool   `json:"disputed,omitempty"`
	State        string `json:"state"` // handled, broken, untold, value_only, never_seen
	Why          string `json:"why,omitempty"`
	// Shown has the newest run first; of very many, those where it came empty.
	// NotShown counts what is left out.
	Shown    []SeenAttribute `json:"shown,omitempty"`
	NotShown int             `json:"not_shown,omitempty"`
}

// SeenAttribute is a sign-in in which an attribute was looked for.
type SeenAttribute struct {
	Run    string `json:"run"`
	Empty  bool   `json:"empty"` // or not there at all
	At     *Ref   `json:"at,omitempty"`
	Page   *Ref   `json:"page,omitempty"`
	Status int    `json:"page_status,omitempty"`
}

// Minimization sets what was asked for and received against what is declared.
type Minimization struct {
	// Known counts completed sign-ins that show all that they received, Dark those
	// that do not; Why is a reason.
	Known    int            `json:"known"`
	Dark     int            `json:"dark"`
	Why      string         `json:"why,omitempty"`
	Surplus  []Surplus      `json:"surplus"`
	Declared []DeclaredName `json:"declared"`
}

// Surplus was received, or as a policy asked for, and is not declared.
type Surplus struct {
	Kind    string `json:"kind"`           // attribute, policy
	Name    string `json:"name,omitempty"` // empty: redaction hid it
	SignIns int    `json:"sign_ins"`
	Run     string `json:"run"`
	At      *Ref   `json:"at,omitempty"`
}

// DeclaredName is a declared attribute.
type DeclaredName struct {
	Attribute string `json:"attribute"`
	Purpose   string `json:"purpose,omitempty"` // empty: none is stated
	Receipt   string `json:"receipt"`           // received, never_received, untold
	Run       string `json:"run,omitempty"`
	At        *Ref   `json:"at,omitempty"`
}
