package redact

import (
	"slices"
	"strings"
)

// nameClass says what a value behind a name must look like to be a credential.
type nameClass struct {
	rule string
	// exact is true where only the whole name counts, not one that ends with it.
	exact bool
	// least is the shortest value.
	least int
}

// secretNames are the names of values that are credentials, in lower case with
// underscores; a longer name that ends with one counts too: oidc_client_secret.
var secretNames = func() map[string]nameClass {
	names := map[string]nameClass{}
	add := func(c nameClass, list string) {
		for name := range strings.FieldsSeq(list) {
			names[name] = c
		}
	}
	add(nameClass{"secret", false, 6}, `secret client_secret clientsecret shared_secret app_secret consumer_secret api_key apikey api_token
		secret_key secretkey secret_access_key private_token access_key access_key_secret account_key accountkey shared_access_key sharedaccesskey
		shared_access_signature encryption_key signing_key signing_secret webhook_secret auth_key`)
	add(nameClass{"password", false, 4}, `password passwd passphrase pwd passwort`)
	add(nameClass{"token", false, 8}, `token access_token accesstoken refresh_token refreshtoken id_token idtoken id_token_hint auth_token authtoken
		oauth_token bearer_token session_token security_token code_verifier codeverifier client_assertion device_code assertion
		registration_access_token subject_token actor_token logout_token`)
	add(nameClass{"saml_message", false, 8}, `samlresponse saml_response`)
	add(nameClass{"token", true, 20}, `sig`) // a shared access signature; shorter ones are words
	add(nameClass{"code", true, 12}, `code auth_code authorization_code`)
	add(nameClass{"session", false, 8}, `jsessionid phpsessid sessionid session_id sessid connect_sid sails_sid laravel_session ci_session
		rack_session play_session aspxauth asp_net_core_cookies asp_net_core_session asp_net_core_identity_application aspsessionid cfid cftoken
		csrftoken xsrf_token request_verification_token remember_token remember_me authenticity_token next_auth_session_token wordpress_logged_in
		django_session symfony_session koa_sess sid_token auth_session authsession`)
	return names
}()

const (
	maxSecretName  = 64 // characters of a name that is looked at
	maxSecretValue = 64 // characters of a value that is looked at
	shortestSecret = 4  // characters of a password
)

// nameEnds are the pairs of bytes with which the name of a secret ends, and
// shortestName is the length of the shortest: nearly all separators are passed
// by with them. No name ends with one letter behind an underscore, which could be
// written in other ways.
var nameEnds, shortestName = func() (ends [256][256]bool, shortest int) {
	shortest = maxSecretName
	for name := range secretNames {
		upper := strings.ToUpper(name)
		for _, a := range []byte{name[len(name)-2], upper[len(name)-2]} {
			for _, b := range []byte{name[len(name)-1], upper[len(name)-1]} {
				ends[a][b] = true
			}
		}
		shortest = min(shortest, len(name))
	}
	return ends, shortest
}()

// valueBehind gives the value behind a separator, without quotes.
func valueBehind(rest string) string {
	value := strings.TrimLeft(rest[:min(len(rest), 256)], "\"' \t\\=")
	n, limit := 0, min(len(value), maxSecretValue)
	for n < limit && byteKinds[value[n]]&valued != 0 {
		n++
	}
	return value[:n]
}

// namedValue tells whether the separator at i stands between the name of a
// secret and a value: client_secret=..., "clientSecret": "...", PHPSESSID=... It
// gives the rule and where the name begins. The name comes first: no two
// separators share one, so that texts of separators cost no more than others.
func namedValue(s string, i int) (rule string, at int) {
	end := i
	for end > 0 && i-end < 3 && strings.IndexByte("\"' \t\\", s[end-1]) >= 0 {
		end--
	}
	if end < shortestName || !nameEnds[s[end-2]][s[end-1]] {
		return "", 0
	}
	at = end
	for at > 0 && end-at < maxSecretName && byteKinds[s[at-1]]&named != 0 {
		at--
	}
	if end-at < shortestName {
		return "", 0
	}
	class, ok := findSecretName(s[at:end])
	if !ok {
		return "", 0
	}
	if value := valueBehind(s[i+1:]); len(value) < shortestSecret || !isSecretValue(value, s[i], class) {
		return "", 0
	}
	return class.rule, at
}

// findSecretName looks a name up: written in any of the usual ways, and behind
// any prefix.
func findSecretName(name string) (nameClass, bool) {
	var buf [2 * maxSecretName]byte
	key := appendSnake(buf[:0], name)
	for whole := true; ; whole = false {
		if class, ok := secretNames[string(key)]; ok && (whole || !class.exact) {
			return class, true
		}
		cut := strings.IndexByte(string(key), '_')
		if cut < 0 {
			return nameClass{}, false
		}
		key = key[cut+1:]
	}
}

// appendSnake writes a name in lower case with underscores: clientSecret,
// client-secret and CLIENT_SECRET are client_secret.
func appendSnake(to []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '-' || c == '.':
			c = '_'
		case c >= 'A' && c <= 'Z':
			if i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
				to = append(to, '_')
			}
			c += 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

// isSecretValue tells whether what follows the separator is a secret and not a
// word of a sentence, a placeholder, or redacted already.
func isSecretValue(value string, separator byte, class nameClass) bool {
	if len(value) < class.least {
		return false
	}
	shaped := false
	switch class.rule {
	case "password":
		shaped = separator == '=' || len(value) >= 6 && isMixed(value)
	case "code": // behind a colon, names of algorithms look the same
		shaped = looksRandom(value) && (separator == '=' || len(value) >= 20 && isMixed(value))
	default:
		shaped = isMixed(value)
	}
	return shaped && !isPlaceholder(value)
}

// isMixed tells generated values from words: letters and digits, or capitals
// amid small letters.
func isMixed(s string) bool {
	digits, letters, turns := 0, 0, 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case isLetter(s[i]):
			letters++
			if i > 0 && s[i] <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' {
				turns++
			}
		}
	}
	return digits > 0 && letters > 0 || digits >= 8 || turns >= 3
}

// Words that stand in documents where a credential would: those with which a
// placeholder begins, and those that are one as a whole.
var (
	placeholderHeads = []string{"your", "example", "placeholder", "redacted", "xxxx", "...."}
	placeholders     = []string{"changeme", "abc123", "secret", "token", "password", "true", "false", "null", "none", "undefined"}
)

// isPlaceholder tells whether a value says itself that it is none.
func isPlaceholder(value string) bool {
	if value == "" || strings.HasPrefix(value, "~") || strings.HasPrefix(value, "..") || strings.HasPrefix(value, "%7E") {
		return true
	}
	for _, p := range placeholderHeads {
		if len(value) >= len(p) && strings.EqualFold(value[:len(p)], p) {
			return !hasLongRun(value)
		}
	}
	return slices.ContainsFunc(placeholders, func(p string) bool { return strings.EqualFold(strings.TrimRight(value, "./"), p) })
}

// hasLongRun tells whether a value that begins like a placeholder is a
// generated one all the same.
func hasLongRun(value string) bool {
	digits := 0
	for i := range len(value) {
		if isDigit(value[i]) {
			digits++
		}
	}
	return digits >= 4 && len(value) >= 20
}

// hasPassword tells whether a URL goes on at its colon that holds user name and
// password: scheme://user:password@host.
func hasPassword(s string) bool {
	rest, ok := strings.CutPrefix(s, "://")
	if !ok {
		return false
	}
	rest = rest[:min(len(rest), 256)]
	if end := strings.IndexAny(rest, "/?# \t\r\n\"'<>{}[]$*"); end >= 0 {
		rest = rest[:end]
	}
	user, _, ok := cutLast(rest, '@')
	if !ok {
		return false
	}
	_, password, ok := strings.Cut(user, ":")
	return ok && !isPlaceholder(password)
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
