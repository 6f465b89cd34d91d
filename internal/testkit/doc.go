// Package testkit gives tests the real things they run on. Only tests import it.
//
// DB gives each test a PostgreSQL database of its own, copied from a template
// that has the current schema. The server is private, started by the first
// test that asks and shared by every test binary of this user; it ends by itself
// some seconds after the last of them. To use another server, name it, as a
// superuser, in PROOFWALK_TEST_DATABASE_URL.
//
// App gives a test an app on such a database, with files, keys and a clock of
// its own; Partner, Member and ProviderUser add the people who act in it. Filled
// is for tests that begin with much in it: it is filled once and copied.
package testkit
