package conform

// Message is the outside of a CMS message with one signer, for tests from outside.
func Message() []byte { return message() }
