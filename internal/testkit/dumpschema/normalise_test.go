package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = `--
-- PostgreSQL database dump
--

\restrict aBc123

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Name: river_job_state; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.river_job_state AS ENUM ('available');


SET default_tablespace = '';

--
-- Name: partners; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.partners (
    id uuid NOT NULL
);


--
-- Name: TABLE river_job; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.river_job TO proofwalk_app;


--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: TABLE partners; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.partners TO proofwalk_app;


--
-- PostgreSQL database dump complete
--

\unrestrict aBc123

`

func TestNormaliseKeepsOurObjectsAndNoVersions(t *testing.T) {
	t.Parallel()
	want := heading + `
CREATE TABLE public.partners (
    id uuid NOT NULL
);

GRANT SELECT ON TABLE public.partners TO proofwalk_app;
`
	if diff := cmp.Diff(want, normalise(sample)); diff != "" {
		t.Errorf("normalise (-want +got):\n%s", diff)
	}
}

func TestFirstDifferenceNamesTheLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		line int
		same bool
	}{
		{"x\ny\n", "x\ny\n", 0, true},
		{"x\ny\n", "x\nz\n", 2, false},
		{"x\n", "x\ny\n", 2, false},
		{"", "x\n", 1, false},
	} {
		line, same := firstDifference(test.a, test.b)
		if line != test.line || same != test.same {
			t.Errorf("firstDifference(%q, %q) = %d, %v, want %d, %v", test.a, test.b, line, same, test.line, test.same)
		}
	}
}
