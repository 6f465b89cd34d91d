package redact

// methods, versions and schemes are the words of the request line.
var (
	methods  = wordSet("GET POST PUT PATCH DELETE HEAD OPTIONS CONNECT TRACE")
	versions = wordSet("HTTP/0.9 HTTP/1.0 HTTP/1.1 HTTP/2 HTTP/2.0 HTTP/3 http/1.0 http/1.1 http/2 http/2.0 http/2+quic/46 h2 h2c h3 h3-29")
	schemes  = wordSet("http https ws wss")
)

type headerKind int

const (
	headerWords     headerKind = iota + 1 // every word in headerWordSet, or one digit; see headerNumbers
	headerAges                            // the same with directives in seconds
	headerKeepAlive                       // the same with timeout and max
	headerRetry                           // seconds up to a day
	headerAge                             // seconds
	headerStatus                          // three digits
	headerDate                            // parsed and printed anew
	headerURL                             // rule U1
	headerHost                            // host and port by U1
	headerPath                            // path and query by U1
	headerAuth                            // scheme word and pseudonym
	headerChallenge                       // WWW-Authenticate
	headerCookie
	headerSetCookie
	headerAgent
	headerMIME
	headerCSP
	headerRefresh
	headerSize
	headerLink // addresses by U1 with their relations
)

// headerKinds are the headers that are written; any other is dropped and
// counted. Names are lower case.
var headerKinds = buildHeaderKinds()

func buildHeaderKinds() map[string]headerKind {
	m := map[string]headerKind{
		"authorization": headerAuth, "proxy-authorization": headerAuth,
		"www-authenticate": headerChallenge, "proxy-authenticate": headerChallenge,
		"cookie": headerCookie, "set-cookie": headerSetCookie, "user-agent": headerAgent,
		"content-type": headerMIME, "content-security-policy": headerCSP,
		"content-security-policy-report-only": headerCSP, "refresh": headerRefresh,
		"content-length": headerSize, "age": headerSize, "access-control-max-age": headerAge,
		"keep-alive": headerKeepAlive, "retry-after": headerRetry, ":status": headerStatus,
	}
	for kind, names := range map[headerKind]string{
		headerWords: `accept accept-encoding accept-language accept-ranges access-control-allow-credentials access-control-allow-headers
			access-control-allow-methods  access-control-request-headers access-control-request-method allow
			 clear-site-data connection content-encoding content-language cross-origin-embedder-policy
			cross-origin-opener-policy cross-origin-resource-policy dnt  origin-agent-cluster pragma priority purpose
			referrer-policy  sec-ch-ua-mobile sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc
			sec-purpose  te transfer-encoding upgrade upgrade-insecure-requests vary x-content-type-options
			x-dns-prefetch-control x-frame-options x-permitted-cross-domain-policies x-requested-with x-xss-protection :method :scheme `,
		headerAges: "cache-control strict-transport-security",
		headerLink: "link",
		headerDate: "date expires last-modified if-modified-since",
		headerURL:  "location content-location referer origin access-control-allow-origin sourcemap",
		headerHost: "host :authority",
		headerPath: ":path",
	} {
		for name := range wordSet(names) {
			m[name] = kind
		}
	}
	return m
}

// headerWordSet are the words that a header of kind headerWords may hold.
var headerWordSet = wordSet(`* */* application/json application/xhtml+xml application/xml application/x-www-form-urlencoded
	text/html text/plain text/css text/event-stream image/* image/webp image/avif image/apng image/png image/svg+xml image/gif image/jpeg
	application/signed-exchange v b3 q gzip deflate br zstd compress identity chunked trailers
	no-store no-cache no-transform must-revalidate proxy-revalidate private public max-age s-maxage immutable stale-while-revalidate
	stale-if-error must-understand only-if-cached no-referrer no-referrer-when-downgrade origin origin-when-cross-origin same-origin
	strict-origin strict-origin-when-cross-origin unsafe-url includesubdomains preload nosniff deny sameorigin allow-from allowall
	document iframe frame image script style font empty fetch xhr worker navigate cors no-cors cross-site same-site none websocket
	mode block true false on off close keep-alive upgrade h2 h2c timeout max bytes get post put patch delete head options
	accept accept-encoding accept-language authorization content-type content-length cookie user-agent host referer x-requested-with
	xmlhttprequest require-corp credentialless same-origin-allow-popups unsafe-none cookies storage cache executioncontexts
	prefetch prerender u i master-only by-content-type all http https http/1.1 http/2 HTTP/2.0`)

// qualities are the words that may stand behind q=.
var qualities = wordSet("0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1")

// mimeTypes are the content types that are written; any other becomes
// application/octet-stream.
var mimeTypes = wordSet(`text/html text/plain text/css text/javascript text/xml text/csv text/event-stream application/json
	application/javascript application/x-javascript application/ecmascript application/xml application/xhtml+xml application/ld+json
	application/manifest+json application/problem+json application/jwt application/jose application/jwk-set+json application/token-introspection+jwt
	application/samlmetadata+xml application/soap+xml application/x-www-form-urlencoded application/octet-stream application/pdf
	application/zip application/wasm application/font-woff application/csp-report application/reports+json application/graphql
	application/vnd.api+json application/x-protobuf application/grpc-web multipart/form-data multipart/mixed image/png image/jpeg image/gif image/webp image/avif
	image/svg+xml image/x-icon image/vnd.microsoft.icon font/woff font/woff2 font/ttf font/otf audio/mpeg video/mp4 video/webm x-unknown`)

var authSchemes = wordSet("Basic Bearer DPoP Digest Negotiate NTLM MAC SSWS Token")

var agentFamilies = wordSet("Edg OPR SamsungBrowser Firefox HeadlessChrome Chrome Version Safari curl Go-http-client python-requests okhttp Dalvik node")

var cspDirectives = wordSet(`default-src script-src script-src-elem script-src-attr style-src style-src-elem style-src-attr img-src font-src
	connect-src media-src object-src frame-src child-src worker-src manifest-src base-uri form-action frame-ancestors navigate-to
	upgrade-insecure-requests block-all-mixed-content sandbox require-trusted-types-for trusted-types`)

var cspSources = wordSet(`'none' 'self' 'unsafe-inline' 'unsafe-eval' 'strict-dynamic' 'unsafe-hashes' 'wasm-unsafe-eval' 'report-sample'
	'script' * data: blob: https: http: ws: wss: mediastream: filesystem: allow-forms allow-scripts allow-same-origin allow-popups
	allow-modals allow-downloads default`)

// pathWords are the path segments that are written as they are.
var pathWords = wordSet(`. .. .well-known openid-configuration oauth-authorization-server jwks jwks.json keys oauth oauth2 oidc openid openid-connect connect
	authorize authorization auth authn token tokens userinfo userinfo.json attributes.json policies logout end_session session sessions
	introspect introspection revoke revocation device device_authorization register saml saml2 SAML2 SSO SLO sso slo acs metadata provider
	SingleSignOnService SingleLogoutService AssertionConsumerService ArtifactResolutionService Redirect POST Artifact soap
	api public v1 v2 v3 v4 default login login.htm signin sign-in signout sign-out log-in log-out signup sign-up callback cb redirect redirect_uri
	return error errors denied cancel welcome home index index.html account profile dashboard settings verify verification identity groups group
	consent confirm interaction continue complete success failure landing start health status static assets css js img images fonts media
	favicon.ico robots.txt manifest.json adfs ls realms protocol login-actions authenticate idp sp wsfed trust common
	en hy zh-Hans zh fr-CA ht hi ja km ko es tl th vi ar bn fa it pl pa ru yi fr de en-US en_US`)

// documentedSentences are the error texts that the provider documents; they are
// kept word for word.
var documentedSentences = []string{
	"The resource owner or authorization server denied the request",
	"scope cant be resolved to an existing policy for the client",
	"The provided authorization grant is expired or revoked",
	"Subject did not consent to attribute release",
	"Current time is on or after NotOnOrAfter condition",
	"Current time is earlier than NotBefore condition",
}
