package redact

import "strings"

// isPII tells whether a whole value has the form of an e-mail address,
// telephone number, social security number or date: such values are guessable
// however long they are.
func isPII(s string) bool {
	if hasEmail(s) {
		return true
	}
	digits, marks := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '-' || c == ' ' || c == '(' || c == ')' || c == '.' || c == '/' || c == '+':
			marks++
		default:
			return false
		}
	}
	return digits >= 6 && digits <= 19 && marks <= digits
}

// hasPII tells whether a decoded text holds an e-mail address, a social
// security number with its dashes or a telephone number with its separators.
func hasPII(s string) bool {
	return hasEmail(s) || hasDigitGroups(s, 3, 2, 4) || hasDigitGroups(s, 3, 3, 4)
}

// hasEmail looks for local@label.tld with literal search, without a regexp.
func hasEmail(s string) bool {
	for i := 0; i < len(s); i++ {
		n := strings.IndexByte(s[i:], '@')
		if n < 0 {
			return false
		}
		i += n
		if i == 0 || !isLocalChar(s[i-1]) {
			continue
		}
		for j := i + 1; j < len(s) && isDomainChar(s[j]); j++ {
			if s[j] == '.' && j > i+1 && j+2 < len(s) && isLetter(s[j+1]) {
				return true
			}
		}
	}
	return false
}

// isRandomID tells whether a user's identifier looks drawn at random: a UUID, a
// long hexadecimal number, or letters with at least two digits among them and no
// word. Others may be a name, which a dictionary would find.
func isRandomID(s string) bool {
	lower := strings.ToLower(s)
	if isUUID(lower) || len(s) >= 32 && strings.Trim(lower, "0123456789abcdef") == "" {
		return true
	}
	numerals := 0
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			numerals++
		}
		start := i
		for i < len(s) && isLetter(s[i]) {
			i++
		}
		if run := lower[start:i]; isWholeWord(s, start, i) && len(run) >= 4 || isPronounceable(run) {
			return false
		}
		if i > start {
			i-- // the byte behind the letters is the next one
		}
	}
	return numerals >= 2
}

// isWholeWord tells whether no digit stands beside letters.
func isWholeWord(s string, start, end int) bool {
	return (start == 0 || !isDigit(s[start-1])) && (end == len(s) || !isDigit(s[end]))
}

// isPronounceable tells whether a run of lower-case letters may be a word: six or
// more, with two vowels and no more than three consonants on end.
func isPronounceable(run string) bool {
	if len(run) < 6 {
		return false
	}
	vowels, consonants := 0, 0
	for i := range len(run) {
		if strings.IndexByte("aeiouy", run[i]) < 0 {
			if consonants++; consonants > 3 {
				return false
			}
			continue
		}
		vowels++
		consonants = 0
	}
	return vowels >= 2
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

func isLocalChar(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '.' || c == '_' || c == '-' || c == '+'
}

func isDomainChar(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' || c == '-' }

// hasDigitGroups looks for groups of digits of these lengths, parted by one
// dash, dot or space each and bounded by what is no digit, letter or dash.
func hasDigitGroups(s string, groups ...int) bool {
	total := len(groups) - 1
	for _, g := range groups {
		total += g
	}
	for i := 0; i+total <= len(s); i++ {
		if c := s[i+groups[0]]; c != '-' && c != '.' && c != ' ' || i > 0 && isBound(s[i-1]) {
			continue
		}
		at, ok := i, true
		for k, g := range groups {
			if k > 0 {
				ok = ok && (s[at] == '-' || s[at] == '.' || s[at] == ' ')
				at++
			}
			for range g {
				ok = ok && isDigit(s[at])
				at++
			}
		}
		if ok && (at == len(s) || !isBound(s[at])) {
			return true
		}
	}
	return false
}

func isBound(c byte) bool { return isDigit(c) || isLetter(c) || c == '-' }
