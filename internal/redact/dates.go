package redact

import (
	"strings"
	"time"
)

const (
	weekdays = "SunMonTueWedThuFriSat"
	months   = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// isHeaderDate tells whether a value is a date just as date would print it, the
// usual case: then there is nothing to print anew.
func isHeaderDate(s string) bool {
	if len(s) != len(headerDateLayout) || s[3] != ',' || s[4] != ' ' || s[7] != ' ' || s[11] != ' ' || s[16] != ' ' ||
		s[19] != ':' || s[22] != ':' || s[25:] != " GMT" {
		return false
	}
	day, month, year := digits(s[5:7]), nameIndex(months, s[8:11]), digits(s[12:16])
	if !isHeaderYear(year) && !isEpochDate(s) || day < 1 || month < 0 || !clock(s[17:19], 24) || !clock(s[20:22], 60) || !clock(s[23:25], 60) {
		return false
	}
	t := time.Date(year, time.Month(month+1), day, 0, 0, 0, 0, time.UTC)
	return t.Day() == day && nameIndex(weekdays, s[:3]) == int(t.Weekday())
}

// isHeaderYear tells whether a date of a header may be of a year: one before
// may be somebody's day of birth.
func isHeaderYear(year int) bool { return year >= 2000 && year < 2100 }

// isEpochDate tells whether a date is the beginning of the epoch, or the few
// seconds behind it by which servers delete a cookie.
func isEpochDate(s string) bool {
	seconds, ok := strings.CutPrefix(s, "Thu, 01 Jan 1970 00:00:")
	return ok && digits(seconds[:2]) >= 0 && digits(seconds[:2]) <= 10
}

func clock(s string, limit int) bool {
	n := digits(s)
	return n >= 0 && n < limit
}

// digits reads a number without sign, -1 where there is none.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// nameIndex finds a name of three letters in a list without separators.
func nameIndex(list, name string) int {
	for i := 0; i < len(list); i += 3 {
		if list[i:i+3] == name {
			return i / 3
		}
	}
	return -1
}

// cookieTime gives a date as date prints it in the form of HAR's cookie list.
func (r *run) cookieTime(date string) string {
	if !isHeaderDate(date) {
		return ""
	}
	month := nameIndex(months, date[8:11]) + 1
	b := append(append(r.scratch[:0], date[12:16]...), '-', byte('0'+month/10), byte('0'+month%10), '-')
	b = append(append(b, date[5:7]...), 'T')
	b = append(append(b, date[17:25]...), ".000Z"...)
	r.scratch = b
	return r.texts.Keep(b)
}
