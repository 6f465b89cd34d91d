package analysis

import (
	"strconv"
	"strings"
)

// Arrived says in a sentence how the refusal showed itself and what was answered.
func (t ErrorTranscript) Arrived() string {
	answered := ", answered with status " + strconv.Itoa(t.Answer)
	if t.Answer == 0 {
		answered = ", not answered"
	}
	code := first(clearWord(t.Code), "an error")
	switch t.By {
	case ByProviderPage:
		if t.Code == "" {
			code = "a page of its own"
		}
		return "The provider shows " + code + " at " + t.Place + ", status " + strconv.Itoa(t.Answer) + ", and leads nobody back."
	case ByTokenEndpoint:
		return code + " came from the token endpoint " + t.Place + answered + "."
	case BySecondLoad:
		return "The answer of the provider was sent to " + t.Place + " once more" + answered + "."
	case ByNoAnswer:
		if t.Answer == 0 {
			return "The provider gave no answer at " + t.Place + "."
		}
		return "The provider answered status " + strconv.Itoa(t.Answer) + " at " + t.Place + "."
	case ByCallback:
	}
	if t.Refusal == RefusalSpentResponse {
		code = "A Response outside its time"
	}
	return code + " came back to " + t.Place + answered + "."
}

// Words says what the user saw, facts in the order of their weight.
func (s Saw) Words() string {
	if s.Page == nil {
		return "The page on which the user ended is not in the run."
	}
	where := s.Place
	if s.Name != "" {
		where = upperFirst(s.Name)
	}
	if s.Role == RoleProvider {
		where = "The provider's own page"
	}
	if s.Status == 0 {
		return where + ", which did not load."
	}
	parts := []string{where, "status " + strconv.Itoa(s.Status)}
	if s.Blank == NotTold {
		return strings.Join(append(parts, "its content cannot be told"), ", ") + "."
	}
	for _, fact := range []struct {
		is         Known
		yes, other string
	}{
		{s.StackTrace, "a stack trace", ""}, {s.RawError, "the raw error", ""}, {s.Blank, "blank", ""}, {s.WayOn, "a way on", "no way on"},
	} {
		switch {
		case fact.is == Yes:
			parts = append(parts, fact.yes)
		case fact.is == No && fact.other != "" && s.Role != RoleProvider:
			parts = append(parts, fact.other)
		}
	}
	return strings.Join(parts, ", ") + "."
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
