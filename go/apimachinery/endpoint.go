package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	genericendpoints "k8s.io/apiserver/pkg/endpoints"
	"k8s.io/apiserver/pkg/endpoints/deprecation"
	"k8s.io/apiserver/pkg/endpoints/handlers"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// mostBytes is how large a server lets a body be.
const mostBytes = 3 * 1024 * 1024

// endpoint is what carries the requests to one resource or subresource out: what a server's installer puts together.
type endpoint struct {
	scope    handlers.RequestScope
	registry rest.Storage
	admit    *admit
	warnings []string
}

type endpointKey struct {
	version     string
	resource    schema.GroupVersionResource
	subresource string
}

var (
	endpointsReady = map[endpointKey]*endpoint{}
	registriesOpen = map[string]map[schema.GroupResource]registries{}
)

// endpointOf finds or makes the endpoint of a request for the emulated version; nil where there is none.
func endpointOf(info *request.RequestInfo, schemas *schemaSet) (*endpoint, error) {
	resource := schema.GroupVersionResource{Group: info.APIGroup, Version: info.APIVersion, Resource: info.Resource}
	key := endpointKey{emulated.String(), resource, info.Subresource}
	if found := endpointsReady[key]; found != nil {
		return found, nil
	}
	all, err := registriesOf(resource.GroupResource())
	if err != nil || all[info.Subresource] == nil {
		return nil, err
	}
	made, err := newEndpoint(resource, info.Subresource, all, schemas)
	if err != nil {
		return nil, err
	}
	endpointsReady[key] = made
	return made, nil
}

func registriesOf(resource schema.GroupResource) (registries, error) {
	open := registriesOpen[emulated.String()]
	if open == nil {
		open = map[schema.GroupResource]registries{}
		registriesOpen[emulated.String()] = open
	}
	if found := open[resource]; found != nil {
		return found, nil
	}
	opener := resources[resource]
	if opener == nil {
		return nil, nil
	}
	made, err := opener(builtInOptions)
	if err != nil {
		return nil, err
	}
	open[resource] = made
	return made, nil
}

func newEndpoint(
	resource schema.GroupVersionResource, subresource string, all registries, schemas *schemaSet,
) (*endpoint, error) {
	scheme := legacyscheme.Scheme
	registry := all[subresource]
	kind, err := genericendpoints.GetResourceKind(resource.GroupVersion(), registry, scheme)
	if err != nil {
		return nil, err
	}
	example, err := scheme.New(kind)
	if err != nil {
		return nil, err
	}
	scoper, ok := all[""].(rest.Scoper)
	if !ok {
		return nil, fmt.Errorf("%s has no scope", resource)
	}
	converter, err := schemas.converter(resource.Group)
	if err != nil {
		return nil, err
	}
	unsafe := runtime.UnsafeObjectConvertor(scheme)
	hub := schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal}
	manager, err := managedfields.NewDefaultFieldManager(
		converter, unsafe, scheme, scheme, kind, hub, subresource, resetFields(registry))
	if err != nil {
		return nil, err
	}
	acceptor, _ := registry.(rest.GroupVersionAcceptor)
	tables, _ := registry.(rest.TableConvertor)
	made := &endpoint{registry: registry, admit: newAdmit(), scope: handlers.RequestScope{
		Namer:                       handlers.ContextBasedNaming{Namer: meta.NewAccessor(), ClusterScoped: !scoper.NamespaceScoped()},
		Serializer:                  legacyscheme.Codecs,
		ParameterCodec:              legacyscheme.ParameterCodec,
		Creater:                     scheme,
		Convertor:                   scheme,
		Defaulter:                   scheme,
		Typer:                       scheme,
		UnsafeConvertor:             unsafe,
		Authorizer:                  everybody{},
		EquivalentResourceMapper:    runtime.NewEquivalentResourceRegistry(),
		TableConvertor:              tables,
		FieldManager:                manager,
		Resource:                    resource,
		Kind:                        kind,
		AcceptsGroupVersionDelegate: acceptor,
		Subresource:                 subresource,
		MetaGroupVersion:            v1.SchemeGroupVersion,
		HubGroupVersion:             hub,
		MaxRequestBodyBytes:         mostBytes,
	}}
	example.GetObjectKind().SetGroupVersionKind(kind)
	// Whatever it emulates, a server goes by its own version here.
	if deprecation.IsDeprecated(example, int(newest.Major()), int(newest.Minor())) {
		made.warnings = append(made.warnings, deprecation.WarningMessage(example))
	}
	return made, nil
}

func resetFields(registry rest.Storage) map[fieldpath.APIVersion]fieldpath.Filter {
	if one, ok := registry.(rest.ResetFieldsFilterStrategy); ok {
		return one.GetResetFieldsFilter()
	}
	if one, ok := registry.(rest.ResetFieldsStrategy); ok {
		return fieldpath.NewExcludeFilterSetMap(one.GetResetFields())
	}
	return nil
}

// handler is what carries a verb out; nil where the resource has no such verb.
func (e *endpoint) handler(verb string) http.HandlerFunc {
	scope := e.scope
	var found http.HandlerFunc
	switch verb {
	case "get":
		if one, ok := e.registry.(rest.Getter); ok {
			found = handlers.GetResource(one, &scope)
		}
	case "list":
		lister, isLister := e.registry.(rest.Lister)
		watcher, _ := e.registry.(rest.Watcher)
		if isLister {
			found = handlers.ListResource(lister, watcher, &scope, false, time.Minute)
		}
	case "create":
		if one, ok := e.registry.(rest.NamedCreater); ok {
			found = handlers.CreateNamedResource(one, &scope, e.admit)
		} else if one, ok := e.registry.(rest.Creater); ok {
			found = handlers.CreateResource(one, &scope, e.admit)
		}
	case "update":
		if one, ok := e.registry.(rest.Updater); ok {
			found = handlers.UpdateResource(one, &scope, e.admit)
		}
	case "patch":
		if one, ok := e.registry.(rest.Patcher); ok {
			found = onlyPatches(handlers.PatchResource(one, &scope, e.admit, patchTypes))
		}
	case "delete":
		if one, ok := e.registry.(rest.GracefulDeleter); ok {
			found = handlers.DeleteResource(one, true, &scope, e.admit)
		}
	}
	if found == nil || len(e.warnings) == 0 {
		return found
	}
	return func(w http.ResponseWriter, r *http.Request) {
		for _, text := range e.warnings {
			warning.AddWarning(r.Context(), "", text)
		}
		found(w, r)
	}
}

var patchTypes = []string{
	string(types.JSONPatchType), string(types.MergePatchType), string(types.StrategicMergePatchType),
	string(types.ApplyYAMLPatchType),
}

// onlyPatches refuses other media types as a server's router does, before its handlers see them.
func onlyPatches(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		if slices.Contains(patchTypes, strings.TrimSpace(media)) {
			handler(w, r)
			return
		}
		refusal := apierrors.NewGenericServerResponse(
			http.StatusUnsupportedMediaType, "", schema.GroupResource{}, "", "415: Unsupported Media Type", 0, false)
		responsewriters.ErrorNegotiated(refusal, legacyscheme.Codecs, schema.GroupVersion{}, w, r)
	}
}

// everybody may do everything: who may write is the caller's to know.
type everybody struct{}

func (everybody) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionAllow, "", nil
}
