package oauthcases

import (
	"context"
	"net/url"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/party"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/record"
)

// walk does one thing after the other until one fails.
func walk(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// logsIn goes from the start page to the provider and signs in there.
func logsIn(tab *record.Tab, site matrix.Site) func(context.Context) error {
	return func(ctx context.Context) error {
		return walk(ctx,
			func(ctx context.Context) error { return begins(ctx, tab, site, site.Provider) },
			func(ctx context.Context) error { return tab.Fill(ctx, "[name=email]", site.Email) },
			func(ctx context.Context) error { return tab.Fill(ctx, "[name=password]", site.Password) },
			func(ctx context.Context) error { return tab.Click(ctx, "button") })
	}
}

// toProvider is logsIn up to the page on which consent is asked for, if one is.
func toProvider(tab *record.Tab, site matrix.Site) func(context.Context) error {
	return func(ctx context.Context) error {
		return walk(ctx, logsIn(tab, site), func(ctx context.Context) error {
			if !site.Consents {
				return nil
			}
			return tab.Arrive(ctx, site.Provider)
		})
	}
}

const (
	allow = `form[action$="/consent"] button`
	deny  = `form[action$="/cancel"] button`
)

// consent allows, where that is asked.
func consent(tab *record.Tab, site matrix.Site) func(context.Context) error {
	return func(ctx context.Context) error {
		if !site.Consents {
			return nil
		}
		return tab.Click(ctx, allow)
	}
}

// signsIn signs in and ends on a path of the relying party.
func signsIn(path string) matrix.Steps {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		return walk(ctx, toProvider(tab, site), consent(tab, site),
			func(ctx context.Context) error { return tab.Arrive(ctx, site.RelyingParty+path) })
	}
}

// declines does not consent and ends at an address, of the relying party where it is a path.
func declines(end string) matrix.Steps {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		if end[0] == '/' {
			end = site.RelyingParty + end
		}
		return walk(ctx, toProvider(tab, site),
			func(ctx context.Context) error { return tab.Click(ctx, deny) },
			func(ctx context.Context) error { return tab.Arrive(ctx, end) })
	}
}

// declinesAndReturns does not consent and is sent back to the provider.
func declinesAndReturns(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	return walk(ctx, toProvider(tab, site),
		func(ctx context.Context) error { return tab.Click(ctx, deny) },
		func(ctx context.Context) error { return tab.Arrive(ctx, site.Provider) })
}

// begins clicks on the start page and ends at an address.
func begins(ctx context.Context, tab *record.Tab, site matrix.Site, end string) error {
	return walk(ctx,
		func(ctx context.Context) error { return tab.Go(ctx, site.RelyingParty+party.StartPath) },
		func(ctx context.Context) error { return tab.Arrive(ctx, site.RelyingParty+party.StartPath) },
		func(ctx context.Context) error { return tab.Click(ctx, "#sign-in") },
		func(ctx context.Context) error { return tab.Arrive(ctx, end) })
}

// isRefused ends on a page of the provider that says what is wrong with the request.
func isRefused(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	return begins(ctx, tab, site, site.Provider)
}

// isTurnedBack logs in and is sent back without being asked for consent.
func isTurnedBack(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	return walk(ctx, logsIn(tab, site),
		func(ctx context.Context) error { return tab.Arrive(ctx, site.RelyingParty+party.RefusalPath) })
}

// signsInTwice signs in in two browsers, one after the other.
func signsInTwice(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	if err := signsIn(party.LandingPath)(ctx, tab, site); err != nil {
		return err
	}
	other, err := tab.Another(ctx)
	if err != nil {
		return err
	}
	return signsIn(party.LandingPath)(ctx, other, site)
}

// dies signs in and gets no answer from the redirect URI.
func dies(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	return walk(ctx, toProvider(tab, site), consent(tab, site),
		func(ctx context.Context) error { return tab.Arrive(ctx, party.DeadCallbackURI) })
}

// tampers blocks the callback, changes its address and opens it then, as the
// rules ask of a tester.
func tampers(change func(url.Values), end string) matrix.Steps {
	return tampersWith(consent, change, end)
}

// tampersRefusal is tampers after consent was declined.
func tampersRefusal(change func(url.Values), end string) matrix.Steps {
	return tampersWith(func(tab *record.Tab, _ matrix.Site) func(context.Context) error {
		return func(ctx context.Context) error { return tab.Click(ctx, deny) }
	}, change, end)
}

func tampersWith(press func(*record.Tab, matrix.Site) func(context.Context) error, change func(url.Values), end string) matrix.Steps {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		err := walk(ctx,
			func(ctx context.Context) error { return tab.Block(ctx, site.RelyingParty+party.CallbackPath) },
			toProvider(tab, site), press(tab, site),
			func(ctx context.Context) error { return tab.Arrive(ctx, site.RelyingParty+party.CallbackPath) },
			func(ctx context.Context) error { return tab.Block(ctx, "") })
		if err != nil {
			return err
		}
		address, err := url.Parse(tab.At())
		if err != nil {
			return err
		}
		q := address.Query()
		change(q)
		address.RawQuery = q.Encode()
		return walk(ctx,
			func(ctx context.Context) error { return tab.Go(ctx, address.String()) },
			func(ctx context.Context) error { return tab.Arrive(ctx, site.RelyingParty+end) })
	}
}

// otherState changes the first character, whatever it is.
func otherState(q url.Values) {
	state, first := q.Get("state"), "x"
	if state[0] == 'x' {
		first = "y"
	}
	q.Set("state", first+state[1:])
}

func otherIssuer(q url.Values) { q.Set("iss", "https://other.example") }

func errorToo(q url.Values) { q.Set("error", "access_denied") }

func markup(q url.Values) { q.Set("error_description", "<b>declined</b>") }

// sentAway begins at an address that names a stranger, and ends there.
func sentAway(ctx context.Context, tab *record.Tab, site matrix.Site) error {
	return walk(ctx,
		func(ctx context.Context) error {
			return tab.Go(ctx, site.RelyingParty+party.SignInPath+"?return_to="+url.QueryEscape(site.Stranger+"/"))
		},
		func(ctx context.Context) error { return tab.Arrive(ctx, site.Provider) },
		func(ctx context.Context) error { return tab.Fill(ctx, "[name=email]", site.Email) },
		func(ctx context.Context) error { return tab.Fill(ctx, "[name=password]", site.Password) },
		func(ctx context.Context) error { return tab.Click(ctx, "button") },
		func(ctx context.Context) error { return tab.Arrive(ctx, site.Provider) },
		consent(tab, site),
		func(ctx context.Context) error { return tab.Arrive(ctx, site.Stranger) })
}

func noState(q url.Values) { q.Del("state") }

// replays signs in and opens the callback's address again in another browser.
func replays(end string) matrix.Steps {
	return func(ctx context.Context, tab *record.Tab, site matrix.Site) error {
		if err := signsIn(party.LandingPath)(ctx, tab, site); err != nil {
			return err
		}
		address, err := tab.Seen(site.RelyingParty + party.CallbackPath)
		if err != nil {
			return err
		}
		other, err := tab.Another(ctx)
		if err != nil {
			return err
		}
		return walk(ctx,
			func(ctx context.Context) error { return other.Go(ctx, address) },
			func(ctx context.Context) error { return other.Arrive(ctx, site.RelyingParty+end) })
	}
}
