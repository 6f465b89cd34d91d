package verify

import "testing"

// A panic beside the checks is one of who asks for the result: in a goroutine of its
// own it would end a server.
func TestAheadPanicsWhereItIsAsked(t *testing.T) {
	t.Parallel()
	v := &verifier{}
	result := ahead(v, func() int { panic("over the work") })
	v.beside.Wait()
	defer func() {
		if got := recover(); got != "over the work" {
			t.Errorf("recovered %v", got)
		}
	}()
	result()
	t.Error("the panic is lost")
}
