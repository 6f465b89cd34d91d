package redact

import (
	"slices"
	"strconv"
	"strings"
)

// maxSeconds bounds a number of seconds: 400 days.
const maxSeconds = 34_560_000

// yearsInSeconds are round numbers that servers send all the same: two years,
// and a year of other than 365 days.
var yearsInSeconds = []int{63_072_000, 31_556_952, 31_556_926}

// isSeconds tells whether a number is one of seconds, a lifetime: no date
// written as one number, and from a day on no number of many digits that differ, as a
// telephone number has.
func isSeconds(n int) bool {
	if n < 100_000 {
		return n >= 0
	}
	return n <= maxSeconds && n%100 == 0 && !isDateNumber(n) || slices.Contains(yearsInSeconds, n)
}

// isDateNumber tells whether a number reads as a date of 1900 to 2099.
func isDateNumber(n int) bool {
	year, month, day := n/10_000, n/100%100, n%100
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// headerNumber tells whether a number may stand in a header: behind name= or,
// where name is empty, as the first word.
type headerNumber func(name string, n int) bool

// headerNumbers says for each kind of header that consists of words which
// numbers it may hold.
var headerNumbers = map[headerKind]headerNumber{
	headerWords: func(_ string, n int) bool { return n < 10 },
	headerAges: func(name string, n int) bool {
		switch name {
		case "max-age", "s-maxage", "stale-while-revalidate", "stale-if-error":
			return isSeconds(n)
		}
		return false
	},
	headerKeepAlive: func(name string, n int) bool { return (name == "timeout" || name == "max") && n <= 10_000 },
	headerRetry:     func(name string, n int) bool { return name == "" && n <= 86_400 },
	headerAge:       func(name string, n int) bool { return name == "" && isSeconds(n) },
	headerStatus:    func(name string, n int) bool { return name == "" && n >= 100 && n <= 999 },
}

// Bounds of the words and numbers of one header.
const (
	maxHeaderWords   = 64
	maxHeaderNumbers = 4
)

// allWords tells whether every word of a header value is in the vocabulary or a
// number where one may stand: as the first word, or directly behind a name and
// =, once each.
func allWords(value string, number headerNumber) bool {
	var named [maxHeaderNumbers]string
	last, numbers, words := "", 0, 0
	for rest := value; ; words++ {
		start := strings.IndexFunc(rest, isNoMark)
		if start < 0 {
			return true
		}
		name := ""
		if mark := rest[:start]; mark == "=" || mark == `="` {
			name = strings.ToLower(last)
		}
		rest = rest[start:]
		end := strings.IndexFunc(rest, isMark)
		if end < 0 {
			end = len(rest)
		}
		last, rest = rest[:end], rest[end:]
		switch {
		case words == maxHeaderWords:
			return false
		case name == "q" && isWord(qualities, last) || isHeaderWord(last):
			continue
		case name == "" && words > 0 || numbers == len(named) || slices.Contains(named[:numbers], name):
			return false
		}
		digits := strings.TrimPrefix(last, "?") // of a boolean, RFC 9651 3.3.6
		n, err := strconv.Atoi(digits)
		if err != nil || strconv.Itoa(n) != digits || n < 0 || len(digits) < len(last) && n > 1 || !number(name, n) {
			return false
		}
		named[numbers] = name
		numbers++
	}
}

func isMark(c rune) bool   { return strings.ContainsRune(" ,;=\t()\"", c) }
func isNoMark(c rune) bool { return !isMark(c) }

func isHeaderWord(w string) bool {
	return isWord(headerWordSet, strings.ToLower(w)) || isWord(methods, w) || isWord(localeWords, w)
}
