package analysis

import "slices"

// inRequestObject are the rules that judge what a request asks for. Of a request
// whose parameters stand in a request object (RFC 9101; RFC 9126), what stands
// beside it does not count, and what is in it no transcript shows.
var inRequestObject = []string{
	"TR-06", "TR-07", "AR-01", "AR-02", "AR-03", "AR-04", "AR-05", "AR-06", "AR-07", "AR-08", "AR-09", "AR-10", "AR-14", "AR-16", "AR-18",
	"CB-01", "CB-02", "CB-26",
}

// sealedRequest is the reason where a request object holds the parameters.
const sealedRequest = "The parameters of the request stand in a request object, or were pushed to the provider before, and the address holds only a reference, so the transcript does not show them. A sign-in with its parameters in the address would show it; else look them up in the relying party."

// sealed tells whether a request hands its parameters over in a request object.
func sealed(authorize *step) bool {
	return authorize.value("request") != "" || authorize.value("request_uri") != ""
}

// sealedFor tells whether a rule cannot judge a sign-in because its request is sealed.
func (r row) sealedFor(f *flow) bool {
	return f.dialect == &oauth && sealed(f.authorize) && slices.Contains(inRequestObject, r.ID)
}
