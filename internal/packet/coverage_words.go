package packet

// What the states of the coverage are called, in the report and on every page.
var (
	pathWords = map[string]string{
		"handled": "Handled", "mishandled": "Mishandled", "untold": "Exercised, cannot be told", "not_exercised": "Not exercised",
	}
	nullWords = map[string]string{
		"handled": "Empty, page loaded", "broken": "Empty, error page", "untold": "Cannot be told", "value_only": "Only with a value",
		"never_seen": "Never seen",
	}
	receiptWords = map[string]string{"received": "Received", "never_received": "Never received", "untold": "Cannot be told"}
)

// PathWord writes the state of a documented refusal for readers.
func PathWord(state string) string { return pathWords[state] }

// NullWord writes the state of a null value for readers.
func NullWord(state string) string { return nullWords[state] }

// ReceiptWord writes for readers whether a declared attribute was received.
func ReceiptWord(receipt string) string { return receiptWords[receipt] }
