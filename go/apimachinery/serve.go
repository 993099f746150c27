package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/endpoints/filters"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// asked is an HTTP request with what is stored where it goes to.
type asked struct {
	Method      string `json:"method"`
	Path        string `json:"path"`
	Query       string `json:"query"`
	Accept      string `json:"accept"`
	ContentType string `json:"contentType"`
	UserAgent   string `json:"userAgent"`
	// Body is base64 in JSON.
	Body    []byte            `json:"body"`
	Live    json.RawMessage   `json:"live"`
	Members []json.RawMessage `json:"members"`
	UID     string            `json:"uid"`
	Offer   offer             `json:"offer"`
	// Ask and Prepared are the caller's part in admission.
	Ask      bool            `json:"ask"`
	Prepared json.RawMessage `json:"prepared"`
	// Schemas and Definition are needed once: the digest alone will do from then on.
	Version    string          `json:"version"`
	Schemas    json.RawMessage `json:"schemas"`
	Digest     string          `json:"digest"`
	Definition json.RawMessage `json:"definition"`
}

// answer is the response, and what became of what was stored.
type answer struct {
	Code     int             `json:"code,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"`
	Warnings []string        `json:"warnings"`
	// Stored is created, updated, deleted or empty; Object is the stored one where the body is another.
	Stored string          `json:"stored,omitempty"`
	Object json.RawMessage `json:"object,omitempty"`
	// Asked is what admission is asked about.
	Asked json.RawMessage `json:"asked,omitempty"`
	// Need names what has to come along with the request.
	Need string `json:"need,omitempty"`
}

var requestInfos = request.RequestInfoFactory{
	APIPrefixes: sets.NewString("api", "apis"), GrouplessAPIPrefixes: sets.NewString("api"),
}

// serveRequest carries an HTTP request out with a server's own handlers.
func serveRequest(text []byte) (any, error) {
	var one asked
	if err := json.Unmarshal(text, &one); err != nil {
		return nil, err
	}
	schemas := schemaSets[one.Version]
	if schemas == nil {
		if one.Schemas == nil {
			return answer{Need: "schemas"}, nil
		}
		read, err := readSchemas(one.Schemas)
		if err != nil {
			return nil, err
		}
		schemas, schemaSets[one.Version] = read, read
	}
	made, info, err := one.request()
	if err != nil {
		return nil, err
	}
	var handler http.Handler
	if one.Digest == "" {
		found, err := endpointOf(info, schemas)
		if err != nil {
			return nil, err
		}
		if found == nil {
			return nil, fmt.Errorf("%s %s: there is no such resource here", one.Method, one.Path)
		}
		carry := found.handler(info.Verb)
		if carry == nil {
			return nil, fmt.Errorf("%s %s: the resource has no verb %s", one.Method, one.Path, info.Verb)
		}
		handler = carry
	} else {
		found, err := customHandlerOf(one.Digest, one.Definition, schemas)
		if err != nil {
			return nil, err
		}
		if found == nil {
			return answer{Need: "definition"}, nil
		}
		handler = found
	}
	return one.carryOut(handler, made, info)
}

func (a *asked) request() (*http.Request, *request.RequestInfo, error) {
	at := url.URL{Scheme: "https", Host: "localhost", Path: a.Path, RawQuery: a.Query}
	made, err := http.NewRequest(a.Method, at.String(), bytes.NewReader(a.Body))
	if err != nil {
		return nil, nil, err
	}
	made.RequestURI = at.RequestURI()
	for name, value := range map[string]string{
		"Accept": a.Accept, "Content-Type": a.ContentType, "User-Agent": a.UserAgent,
	} {
		if value != "" {
			made.Header.Set(name, value)
		}
	}
	info, err := requestInfos.NewRequestInfo(made)
	if err != nil {
		return nil, nil, err
	}
	ctx := request.WithRequestInfo(made.Context(), info)
	ctx = request.WithNamespace(ctx, info.Namespace)
	ctx = audit.WithAuditContext(ctx)
	ctx = request.WithUser(ctx, &user.DefaultInfo{Name: "admin", Groups: []string{user.SystemPrivilegedGroup}})
	return made.WithContext(ctx), info, nil
}

func (a *asked) carryOut(handler http.Handler, made *http.Request, info *request.RequestInfo) (any, error) {
	holding = &held{resource: storeOf(info)}
	if len(a.Live) > 0 {
		holding.live = a.Live
	}
	for _, member := range a.Members {
		holding.members = append(holding.members, member)
	}
	offering = a.Offer
	questioning = &question{ask: a.Ask, prepared: a.Prepared}
	if err := chooseIdentity(a.UID); err != nil {
		return nil, err
	}
	response := &response{header: http.Header{}, code: http.StatusOK}
	filters.WithWarningRecorder(handler).ServeHTTP(response, made)

	reply := answer{Code: response.code, Warnings: []string{}}
	warnings, _ := utilnet.ParseWarningHeaders(response.header.Values("Warning"))
	for _, one := range warnings {
		reply.Warnings = append(reply.Warnings, one.Text)
	}
	if questioning.asked != nil {
		return answer{Asked: questioning.asked, Warnings: reply.Warnings}, nil
	}
	reply.Body = json.RawMessage(bytes.TrimSpace(response.body.Bytes()))
	return reply, reply.addStored(info)
}

// storeOf is the resource under which a request's objects are stored.
func storeOf(info *request.RequestInfo) schema.GroupResource {
	group := info.APIGroup
	if group == "events.k8s.io" {
		group = ""
	}
	return schema.GroupResource{Group: group, Resource: info.Resource}
}

// chooseIdentity makes the next identity the one that was chosen, and names that are generated follow from it.
func chooseIdentity(uid string) error {
	if uid == "" {
		return nil
	}
	chosen, err := uuid.Parse(uid)
	if err != nil {
		return err
	}
	uuid.SetRand(io.MultiReader(bytes.NewReader(chosen[:]), repeated(chosen[:])))
	seed := int64(0)
	for _, one := range chosen {
		seed = seed*31 + int64(one)
	}
	rand.Seed(seed)
	return nil
}

// repeated gives the same bytes without end.
type repeated []byte

func (r repeated) Read(into []byte) (int, error) {
	for at := range into {
		into[at] = r[at%len(r)]
	}
	return len(into), nil
}

func (a *answer) addStored(info *request.RequestInfo) error {
	switch {
	case holding.deleted:
		a.Stored = "deleted"
		return nil
	case holding.stored == nil:
		return nil
	case holding.created:
		a.Stored = "created"
	default:
		a.Stored = "updated"
	}
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(a.Body, &head); err != nil {
		return err
	}
	if !slices.Contains([]string{"scale", "binding", "eviction"}, info.Subresource) && head.Kind != "Status" {
		return nil
	}
	object, err := holding.read()
	if err != nil {
		return err
	}
	text, err := encodeAs(object, schema.GroupVersion{Group: info.APIGroup, Version: info.APIVersion})
	a.Object = text
	return err
}

func encodeAs(object runtime.Object, version schema.GroupVersion) ([]byte, error) {
	if custom, ok := object.(runtime.Unstructured); ok {
		return json.Marshal(custom)
	}
	text, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(version), object)
	return bytes.TrimSpace(text), err
}

// response is what the handlers write.
type response struct {
	header http.Header
	body   bytes.Buffer
	code   int
}

func (r *response) Header() http.Header            { return r.header }
func (r *response) Write(text []byte) (int, error) { return r.body.Write(text) }
func (r *response) WriteHeader(code int)           { r.code = code }
